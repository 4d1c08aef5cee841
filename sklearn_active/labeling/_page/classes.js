// The buttons of the classes, and the dialog for another one.

import { button, el } from "./dom.js";

export class Classes {
  // `choose` is called with the event, the label and its text.
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
  }

  // Buttons stay the same elements, so that the focus stays where it is.
  show(classes) {
    const names = JSON.stringify(classes.map(({ label, key }) => [label, key]));
    if (this.place.dataset.names !== names) {
      this.place.dataset.names = names;
      const longest = Math.max(...classes.map(({ text }) => text.length), 0);
      this.place.style.setProperty("--longest", `${Math.min(longest, 20) + 7}ch`);
      this.place.replaceChildren(...classes.map((each) => this.buttonOf(each)));
    }
    classes.forEach(({ count }, i) => {
      this.place.children[i].lastChild.textContent = count || "";
    });
  }

  buttonOf({ label, text, key }) {
    const choose = (event) => this.choose(event, { label }, text);
    const hint = key === text ? null : (key ?? "");
    const made = button("", choose, "labeler-class", hint);
    made.append(
      el("span", { class: "labeler-name", dir: "auto" }, text),
      el("span", { class: "labeler-n", "aria-hidden": "true" }),
    );
    if (key) made.setAttribute("aria-keyshortcuts", key);
    return made;
  }

  mark(text) {
    for (const each of this.place.children)
      each.toggleAttribute(
        "data-chosen",
        each.querySelector(".labeler-name").textContent === text,
      );
  }

  unmark() {
    for (const each of this.place.children) each.removeAttribute("data-chosen");
  }

  disable(isDisabled) {
    for (const each of this.place.children)
      each.setAttribute("aria-disabled", String(isDisabled));
  }
}

export class OtherClass {
  // `give` is called with the text.
  constructor(id, give) {
    this.typed = el("input", {
      type: "text",
      id,
      maxlength: 200,
      autocomplete: "off",
      required: true,
    });
    const form = el(
      "form",
      { method: "dialog" },
      el("label", { for: id, id: `${id}-l` }, "The new class"),
      this.typed,
      el(
        "div",
        { class: "labeler-row" },
        button("Cancel", () => this.dialog.close(), "labeler-quiet"),
        el("button", { type: "submit", class: "labeler-strong" }, "Give this label"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.typed.value.trim();
      if (!text) return;
      this.dialog.close();
      give(text);
    });
    const labeled = { class: "labeler-dialog", "aria-labelledby": `${id}-l` };
    this.dialog = el("dialog", labeled, form);
  }

  open() {
    this.typed.value = "";
    this.dialog.showModal();
  }
}
