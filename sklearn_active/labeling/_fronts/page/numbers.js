// The field in which a number is typed, where labels are numbers.

import { button, el } from "./dom.js";
import { ANEW, commandsWith } from "./keys.js";

const BEGINS = /^[\d.,+\-−]$/u; // so begins a number

export class Numbers {
  // `on.choose` is called with the event, what is given and its text; `on.mayType` says
  // whether what is typed now is about the item that is seen; `on.refuse` tells why not.
  constructor({ number, field }, on) {
    this.on = on;
    this.box = number;
    this.field = field;
    // The keys of characters that a number may begin with are others here.
    this.commands = commandsWith({ guess: "=", earlier: "<" }, ["Backspace"]);
    this.droppedAt = null;
    this.unit = el("span", { class: "labeler-unit", dir: "auto" });
    this.about = el("p", { class: "labeler-about" });
    const give = (event) => this.give(event);
    this.button = button("Save", give, "labeler-strong", "Enter");
    const row = el("div", { class: "labeler-number-row" }, field, this.unit, this.button);
    number.append(row, this.about);
    field.addEventListener("beforeinput", (event) => this.onTyped(event));
    field.addEventListener("input", () => this.onChanged());
    field.addEventListener("keydown", (event) => this.onKey(event));
  }

  show(numbers) {
    const { about, unit, signed } = numbers;
    this.unit.textContent = unit;
    this.about.textContent = `${about[0].toUpperCase()}${about.slice(1)}`;
    this.field.setAttribute("aria-label", about);
    // The decimal keys of some telephones have no minus.
    this.field.setAttribute("inputmode", signed ? "text" : "decimal");
  }

  // -- what is typed -----------------------------------------------------------------

  get typed() {
    return this.field.value.trim();
  }

  // What a key means here before all else.
  meaningOf({ key }) {
    return BEGINS.test(key) ? { finds: true } : null;
  }

  // Whether a key that was pressed in the field is one of the page's: where nothing is
  // typed yet there is nothing to edit.
  passes(target, { key }) {
    return target === this.field && !this.field.value && !BEGINS.test(key);
  }

  get isUseful() {
    return true;
  }

  // No class is found here.
  get finds() {
    return false;
  }

  // What is being typed goes into the field.
  find() {
    this.field.focus();
  }

  // Who types "42" when the item before is still seen may lose the 4: the 2 alone must
  // not be taken for the answer.
  drop(at) {
    this.droppedAt = at;
  }

  onTyped(event) {
    if (!this.on.mayType(event.timeStamp)) {
      this.drop(event.timeStamp);
      event.preventDefault();
    } else if (!this.field.value && event.timeStamp - this.droppedAt > ANEW) {
      this.droppedAt = null;
    }
  }

  onChanged() {
    if (!this.field.value) this.droppedAt = null; // by hand: it is typed anew
  }

  onKey(event) {
    const { key } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Enter") {
      if (!event.repeat) this.give(event);
    } else if (key === "Escape" && this.field.value) {
      this.clear();
      this.droppedAt = null;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  give(event) {
    const { typed } = this;
    if (!typed) {
      this.field.focus();
    } else if (this.droppedAt != null) {
      this.droppedAt = null;
      this.clear();
      this.on.refuse("You began to type before this row was shown. Type it again.");
    } else {
      this.on.choose(event, { typed }, typed);
    }
  }

  // It keeps the focus, or a telephone's keys would go away after each answer.
  clear() {
    this.field.value = "";
  }

  // For another row.
  begin() {
    this.clear();
  }

  // After it was refused: to be corrected, or typed over.
  giveBack({ typed }) {
    if (typed == null) return;
    this.field.value = typed;
    this.field.focus();
    this.field.select();
  }

  // -- what is being given -----------------------------------------------------------

  mark(given) {
    if ("typed" in given) this.box.setAttribute("data-chosen", "");
  }

  unmark() {
    this.box.removeAttribute("data-chosen");
  }

  disable(isDisabled) {
    for (const each of [this.field, this.button])
      each.setAttribute("aria-disabled", String(isDisabled));
  }
}
