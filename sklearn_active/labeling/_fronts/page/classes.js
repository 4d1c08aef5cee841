// The buttons of the classes, and the field that finds one of many.

import { button, el, focusedIn } from "./dom.js";
import { COMMANDS } from "./keys.js";

const FEW = 10; // classes that are seen at a glance
const DESCRIBED = 6; // so few have room for a line below the name

// "Creme" finds "Crème".
const plain = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

const isInWord = (character) => /[\p{L}\p{N}]/u.test(character ?? " ");

function place(text, part) {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!isInWord(text[at - 1])) return 0;
  return text.includes(part) ? 1 : 2;
}

// 0: at the start of a word of the name, 1: elsewhere in it, 2 and 3: in what is said
// about it, 4: nowhere.
function rank({ text, about }, part) {
  const inName = place(plain(text), part);
  return inName < 2 ? inName : 2 + place(plain(about ?? ""), part);
}

// Return the classes that have every word of `typed`, the best first.
export function found(classes, typed) {
  const parts = plain(typed).split(" ");
  const worst = (each) => Math.max(...parts.map((part) => rank(each, part)));
  return classes
    .map((each) => [worst(each), each])
    .filter(([worstRank]) => worstRank < 4)
    .sort(([one], [other]) => one - other)
    .map(([, each]) => each);
}

export class Classes {
  // `on.choose` is called with the event, the label and its text; `on.leave` when the
  // field gives the keys back.
  constructor({ classes, finder, field }, on) {
    this.list = classes;
    this.commands = COMMANDS;
    this.finder = finder;
    this.field = field;
    this.on = on;
    this.known = [];
    this.shown = []; // of them, where some have been typed away
    this.made = new Map(); // buttons, by label
    this.picked = -1;
    this.isDisabled = false;
    field.addEventListener("input", () => this.narrow());
    field.addEventListener("keydown", (event) => this.onKey(event));
  }

  // Buttons stay the same elements, so that the focus stays where it is.
  show(classes, isOpen) {
    const drawn = JSON.stringify(classes.map(({ count, ...each }) => each));
    this.known = classes;
    if (this.drawn !== drawn || this.isOpen !== isOpen) {
      this.drawn = drawn;
      this.isOpen = isOpen;
      const longest = Math.max(...classes.map(({ text }) => text.length), 0);
      this.list.style.setProperty("--longest", `${Math.min(longest, 20)}ch`);
      this.list.classList.toggle("labeler-many", classes.length > FEW);
      const isDescribed = classes.length <= DESCRIBED;
      const made = classes.map((each) => [each.label, this.buttonOf(each, isDescribed)]);
      this.made = new Map(made);
      this.showFinder(classes.length > FEW || isOpen);
      const focused = focusedIn(this.list)?.dataset?.label;
      this.narrow();
      this.made.get(focused)?.focus();
    }
    for (const { label, count } of classes)
      this.made.get(label).querySelector(".labeler-n").textContent = count || "";
  }

  showFinder(isUseful) {
    this.finder.hidden = !isUseful;
    const name = this.isOpen ? "Find or add a class" : "Find a class";
    this.field.setAttribute("aria-label", name);
    this.field.placeholder = `${name}: type its name`;
  }

  buttonOf({ label, text, key, about }, isDescribed) {
    const choose = (event) => this.take(event, { label, text });
    const isMany = this.list.classList.contains("labeler-many");
    const hint = key === text || (isMany && !key) ? null : (key ?? "");
    const made = button("", choose, "labeler-class", hint);
    const name = el("span", { class: "labeler-name", dir: "auto" }, text);
    if (about && isDescribed) name.append(el("small", {}, about));
    else if (about) made.title = about;
    made.append(name, el("span", { class: "labeler-n", "aria-hidden": "true" }));
    if (key) made.setAttribute("aria-keyshortcuts", key);
    made.setAttribute("aria-disabled", String(this.isDisabled));
    made.dataset.label = label;
    return made;
  }

  newButton(text) {
    const choose = (event) => this.on.choose(event, { new: text }, text);
    const name = el("span", { class: "labeler-name", dir: "auto" }, `New class “${text}”`);
    const made = button("", choose, "labeler-class labeler-new");
    made.append(name);
    made.setAttribute("aria-disabled", String(this.isDisabled));
    return made;
  }

  take(event, { label, text }) {
    this.on.choose(event, { label }, text);
  }

  // -- the field ---------------------------------------------------------------------

  // What a key means here before all else.
  meaningOf({ key }) {
    const given =
      this.shown.find((c) => c.key === key) ??
      this.shown.find((c) => key.length === 1 && c.key === key.toLowerCase());
    return given ? { given } : null;
  }

  get isUseful() {
    return !this.finder.hidden;
  }

  get finds() {
    return this.isUseful;
  }

  get typed() {
    return this.field.value.trim();
  }

  // What is being typed goes into the field.
  find() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  // For another row.
  begin() {
    this.clear();
  }

  get verb() {
    return "gives";
  }

  clear() {
    const hadFocus = focusedIn(this.list) === this.field;
    if (this.field.value) {
      this.field.value = "";
      this.narrow();
    }
    if (hadFocus) this.on.leave();
  }

  narrow() {
    const { typed } = this;
    this.keepHeight(typed);
    this.shown = typed ? found(this.known, typed) : this.known;
    const entries = this.shown.map(({ label }) => this.made.get(label));
    const isNew = !this.known.some(({ text }) => plain(text) === plain(typed));
    if (typed && this.isOpen && isNew) entries.push(this.newButton(typed));
    const focused = focusedIn(this.list);
    this.list.replaceChildren(...entries);
    if (entries.includes(focused)) focused.focus();
    this.list.scrollTop = 0;
    this.pick(typed && entries.length ? 0 : -1);
    if (typed) this.tell();
  }

  // What is above doesn't move while somebody types.
  keepHeight(isTyped) {
    if (!isTyped) this.list.style.minHeight = "";
    else if (!this.list.style.minHeight)
      this.list.style.minHeight = `${this.list.getBoundingClientRect().height}px`;
  }

  pick(at) {
    for (const each of this.list.children) each.removeAttribute("data-picked");
    this.picked = at;
    const made = this.list.children[at];
    made?.setAttribute("data-picked", "");
    made?.scrollIntoView({ block: "nearest" });
  }

  tell() {
    const made = this.list.children[this.picked];
    const n = this.shown.length;
    const name = made?.querySelector(".labeler-name").firstChild.textContent;
    const next = made ? `Enter ${this.verb} ${name}.` : "";
    this.on.say(`${n === 1 ? "1 class" : `${n} classes`} found. ${next}`);
  }

  onKey(event) {
    const { key } = event;
    const n = this.list.children.length;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape") {
      this.clear();
    } else if (key === "Enter") {
      if (!event.repeat) this.chooseBy(event);
    } else if ((key === "ArrowDown" || key === "ArrowUp") && this.picked >= 0) {
      this.pick((this.picked + (key === "ArrowDown" ? 1 : n - 1)) % n);
      this.tell();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  chooseBy(event) {
    if (this.picked < 0) return;
    const given = this.shown[this.picked];
    if (given) this.take(event, given);
    else this.on.choose(event, { new: this.typed }, this.typed);
  }

  // -- what is being given -----------------------------------------------------------

  mark(given) {
    const made = "new" in given ? this.list.lastChild : this.made.get(given.label);
    made?.setAttribute("data-chosen", "");
    made?.scrollIntoView({ block: "nearest" });
  }

  unmark() {
    for (const each of this.made.values()) each.removeAttribute("data-chosen");
  }

  disable(isDisabled) {
    this.isDisabled = isDisabled;
    for (const each of [...this.made.values(), ...this.list.children])
      each.setAttribute("aria-disabled", String(isDisabled));
  }
}
