// A long list of which only what is seen is drawn, and fetched.

import { el } from "./dom.js";

const HEIGHT = 36; // px: of a row
const AT_ONCE = 100;
const AROUND = 8; // rows that are drawn above and below what is seen

let made = 0;

export class Rows {
  // `on.fetch`: (from, n) -> promise of rows, or null; `on.draw`: row -> its elements;
  // `on.pick` is called with the row that is picked.
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
    rows.forEach((row, k) => this.known.set(from + k, row));
    this.draw();
  }

  // Fetch again what is seen, as it may have changed.
  async again() {
    const [first, last] = this.seen;
    const rows = await this.on.fetch(first, Math.max(last - first, 1));
    if (!rows) return;
    rows.forEach((row, k) => {
      const { reviewed } = this.known.get(first + k) ?? {};
      this.known.set(first + k, { ...row, reviewed });
    });
    this.draw();
  }

  // -- what is picked ----------------------------------------------------------------

  move(by) {
    if (this.n) this.pick(Math.min(Math.max(this.at + by, 0), this.n - 1));
  }

  async pick(i) {
    this.at = i;
    const top = i * HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + HEIGHT > scrollTop + clientHeight)
      this.element.scrollTop = top + HEIGHT - clientHeight;
    this.draw();
    if (!this.known.has(i)) await this.fetch(i - (i % AT_ONCE));
    if (this.at === i && this.known.has(i)) await this.on.pick(this.known.get(i));
  }
}
