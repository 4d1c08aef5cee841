// A long list of which only what is seen is drawn, and fetched.

import { el } from "./dom.js";

const HEIGHT = 36; // px: of a row
const AT_ONCE = 100;
const AROUND = 8; // rows that are drawn above and below what is seen

let made = 0;

export class Rows {
  // `on.fetch`: (from, n) -> promise of rows, or null; `on.draw`: row -> its elements;
  // `on.mayPick`: whether one may be picked now; `on.leave` is called as soon as the
  // picked row isn't picked any more, `on.pick` with the next one and its place.
  constructor(on) {
    this.on = on;
    this.id = `labeler-rows-${++made}`;
    this.inside = el("div", { class: "labeler-all-rows", role: "presentation" });
    this.element = el(
      "div",
      { class: "labeler-rows", role: "listbox", tabindex: "0", "aria-label": "Found rows" },
      this.inside,
    );
    this.element.addEventListener("scroll", () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.fill(0, []);
  }

  fill(n, rows) {
    this.n = n;
    this.at = n ? 0 : -1;
    this.known = new Map(rows.map((row, i) => [i, row]));
    this.fetching = new Set();
    this.isPicking = false; // until it is known what stands there
    this.inside.style.height = `${n * HEIGHT}px`;
    this.element.scrollTop = 0;
    this.draw();
  }

  get picked() {
    return this.known.get(this.at) ?? null;
  }

  // -- what is seen ------------------------------------------------------------------

  get seen() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.floor(scrollTop / HEIGHT) - AROUND;
    const last = Math.ceil((scrollTop + clientHeight) / HEIGHT) + AROUND;
    return [Math.max(first, 0), Math.min(last, this.n)];
  }

  drawSoon() {
    if (this.soon) return;
    this.soon = requestAnimationFrame(() => {
      this.soon = null;
      this.draw();
    });
  }

  draw() {
    const [first, last] = this.seen;
    const drawn = [];
    for (let i = first; i < last; i++) drawn.push(this.drawOne(i));
    this.inside.replaceChildren(...drawn);
    if (this.at >= first && this.at < last)
      this.element.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else this.element.removeAttribute("aria-activedescendant");
    this.fetchSeen(first, last);
  }

  drawOne(i) {
    const row = this.known.get(i);
    const attributes = {
      id: `${this.id}-${i}`,
      class: "labeler-one",
      role: "option",
      "aria-selected": String(i === this.at),
      "aria-posinset": i + 1,
      "aria-setsize": this.n,
      onclick: () => this.pick(i),
    };
    const drawn = el("div", attributes, ...(row ? this.on.draw(row) : ["…"]));
    drawn.style.top = `${i * HEIGHT}px`;
    return drawn;
  }

  fetchSeen(first, last) {
    for (let from = first - (first % AT_ONCE); from < last; from += AT_ONCE) {
      const lacks = (i) => i >= first && i < last && !this.known.has(i);
      const isLacking = Array.from({ length: AT_ONCE }, (_, k) => from + k).some(lacks);
      if (isLacking && !this.fetching.has(from)) this.fetch(from);
    }
  }

  async fetch(from) {
    const { fetching } = this;
    fetching.add(from);
    const rows = await this.on.fetch(from, AT_ONCE);
    if (fetching !== this.fetching) return; // another list by now
    fetching.delete(from);
    if (!rows) return;
    rows.forEach((row, k) => {
      if (!this.known.has(from + k)) this.known.set(from + k, row);
    });
    this.draw();
    if (this.isPicking) this.pickAnew();
  }

  // Fetch again what is seen, as it may have changed. It is drawn where it has: a click
  // that has begun on a row would be lost.
  async again() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const { fetching } = this;
    const [first, last] = this.seen;
    const rows = await this.on.fetch(first, Math.max(last - first, 1));
    if (!rows || asked !== this.asked || fetching !== this.fetching) return;
    let isOther = false;
    rows.forEach((row, k) => {
      const before = this.known.get(first + k);
      const now = { ...row, reviewed: before?.reviewed };
      isOther ||= JSON.stringify(now) !== JSON.stringify({ ...before, reviewed: now.reviewed });
      this.known.set(first + k, now);
    });
    if (isOther) this.draw();
    if (this.isPicking) this.pickAnew();
  }

  // What is known before the program is asked again.
  change(i, changes) {
    this.asked = (this.asked ?? 0) + 1; // an answer that is under way doesn't know it
    this.known.set(i, { ...this.known.get(i), ...changes });
    this.draw();
  }

  // -- what is picked ----------------------------------------------------------------

  move(by) {
    if (this.n) this.pick(this.at + by);
  }

  get page() {
    return Math.max(Math.floor(this.element.clientHeight / HEIGHT) - 1, 1);
  }

  // Pick the row at a place, or the one at the end that is nearest.
  pick(place) {
    if (!this.n || !this.on.mayPick()) return;
    const i = Math.min(Math.max(place, 0), this.n - 1);
    this.at = i;
    this.isPicking = true;
    this.on.leave();
    this.show(i);
    this.pickAnew();
  }

  // Tell what is picked, as soon as it is known.
  pickAnew() {
    const row = this.known.get(this.at);
    this.isPicking = this.n > 0 && !row;
    if (!this.isPicking) this.on.pick(row ?? null, this.at);
  }

  // Go to where a row stands in a list that was searched again, near where it stood.
  async seek(row, place) {
    if (!this.n) return;
    const near = Math.min(place, this.n - 1);
    if (!this.known.has(near)) await this.fetch(near - (near % AT_ONCE));
    const found = [...this.known].find(([, each]) => each.row === row);
    if (!found) return;
    this.at = found[0];
    this.show(this.at);
  }

  show(i) {
    const top = i * HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + HEIGHT > scrollTop + clientHeight)
      this.element.scrollTop = top + HEIGHT - clientHeight;
    this.draw();
  }
}
