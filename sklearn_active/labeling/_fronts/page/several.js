// The buttons of labels of which a row may have several: chosen one by one, then saved.

import { Classes } from "./classes.js";
import { button, el } from "./dom.js";
import { ANEW } from "./keys.js";

export class Several extends Classes {
  // `on.refuse` tells why nothing was saved; the rest as of Classes.
  constructor({ several, classes, finder, field }, on) {
    super({ classes, finder, field }, on);
    this.chosen = new Set();
    this.droppedAt = null;
    this.about = el("p", { class: "labeler-about", role: "status", dir: "auto" });
    const save = (event) => this.save(event);
    this.button = button("Save", save, "labeler-strong", "Enter");
    several.append(this.button, this.about);
    // A label that was clicked has the focus: Enter must save, and not take it away.
    classes.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.save(event);
    });
  }

  show(classes, isOpen) {
    super.show(classes, isOpen);
    this.showChosen();
  }

  showChosen() {
    for (const [label, made] of this.made)
      made.setAttribute("aria-pressed", String(this.chosen.has(label)));
    this.about.textContent = this.chosen.size ? this.text : "none of these";
  }

  // What is chosen, as it is shown elsewhere.
  get text() {
    const names = this.known.filter(({ label }) => this.chosen.has(label));
    return names.map(({ text }) => text).join("; ") || "none";
  }

  get verb() {
    return "chooses";
  }

  // -- what is chosen ----------------------------------------------------------------

  buttonOf(each, isDescribed) {
    const made = super.buttonOf(each, isDescribed);
    made.setAttribute("aria-pressed", "false");
    return made;
  }

  // Choose a label, or take it away again.
  take(event, { label }) {
    if (!this.on.mayType(event.timeStamp)) {
      this.drop(event.timeStamp);
      return;
    }
    if (!this.chosen.size && event.timeStamp - this.droppedAt > ANEW) this.droppedAt = null;
    if (!this.chosen.delete(label)) this.chosen.add(label);
    this.showChosen();
    if (this.typed) super.clear();
  }

  // What a key means here before all else.
  meaningOf(event) {
    return event.key === "Enter" ? { saves: true } : super.meaningOf(event);
  }

  // Who presses 1 and 2 when the item before is still seen may lose the 1: the 2 alone
  // must not be taken for the answer, and none at all neither.
  drop(at) {
    this.droppedAt = at;
  }

  chooseBy(event) {
    if (this.picked >= 0) super.chooseBy(event);
    else if (!this.typed) this.save(event);
  }

  save(event) {
    if (this.typed) {
      this.field.focus();
    } else if (this.droppedAt != null) {
      this.droppedAt = null;
      this.on.refuse(
        "A key was pressed before this row was shown. Look at what is chosen, and save again.",
      );
    } else {
      this.on.choose(event, { labels: [...this.chosen] }, this.text);
    }
  }

  // `labels`: those that the row has already, to be changed.
  begin(labels) {
    super.begin();
    this.chosen = new Set(labels ?? []);
    this.showChosen();
  }

  // After it was refused: to be corrected.
  giveBack({ labels }) {
    if (labels) this.begin(labels);
  }

  // -- what is being given -----------------------------------------------------------

  mark({ labels = [] }) {
    for (const label of labels) this.made.get(label)?.setAttribute("data-chosen", "");
  }

  disable(isDisabled) {
    super.disable(isDisabled);
    this.button.setAttribute("aria-disabled", String(isDisabled));
  }
}
