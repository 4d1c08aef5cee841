// The page as it is seen, and since when: it draws what it is given, and decides nothing.

import { Classes } from "./classes.js";
import { button, focusedIn, painted } from "./dom.js";
import { counted, drawFigures, drawMeasured, drawRecent } from "./figures.js";
import { ItemPlace } from "./items.js";
import { layOut } from "./layout.js";
import { Numbers } from "./numbers.js";
import { Several } from "./several.js";

const LOOK = 200; // ms: nobody has seen an item sooner, so that is a double press
const DOUBLE_CLICK = 500;

// Where no class can be given.
const RESTING = new Set(["done", "ended", "finished", "loading", "unsaved", "waiting"]);

let mounted = 0;

export class Screen {
  // `on`: what is called where a person presses something. `alone`: the page is all that
  // the tab shows.
  constructor(root, on, alone) {
    const prefix = `labeler-${++mounted}`;
    this.root = root;
    this.on = on;
    this.alone = alone;
    this.drawnAt = Infinity;
    this.turn = 0; // of what is shown: what comes late is dropped
    this.looked = null; // the mode that follows when there was time to look
    this.parts = layOut(root, (name) => `${prefix}-${name}`, on);
    this.item = new ItemPlace(this.parts.item);
    const choose = (event, label, text) => {
      if (!this.isDouble(event)) on.choose(event, label, text);
    };
    const leave = () => root.focus({ preventScroll: true });
    const say = (text) => this.say(text);
    const refuse = (text) => this.warn(text, "bad");
    const { mayType } = on;
    const { number, numberField, several, labels, labelFinder, labelField } = this.parts;
    const ofSeveral = { several, classes: labels, finder: labelFinder, field: labelField };
    this.kinds = {
      classes: new Classes(this.parts, { choose, say, leave }),
      numbers: new Numbers({ number, field: numberField }, { choose, refuse, mayType }),
      several: new Several(ofSeveral, { choose, say, leave, refuse, mayType }),
    };
    this.answers = this.kinds.classes; // what answers are given by: one of them
    this.mode("loading");
  }

  destroy() {
    clearTimeout(this.lookTimer);
    this.root.replaceChildren();
  }

  mode(name) {
    this.root.dataset.mode = name;
    this.root.setAttribute("aria-busy", String(name === "loading" || name === "sending"));
    this.answers.disable(RESTING.has(name));
    for (const each of this.parts.commands.children)
      each.setAttribute("aria-disabled", String(name === "unsaved"));
  }

  say(text) {
    this.parts.status.textContent = text;
  }

  warn(text, kind = "note") {
    this.parts.banner.dataset.kind = kind;
    this.parts.banner.textContent = text;
  }

  // -- since when --------------------------------------------------------------------

  // What is new can be answered when there was time to look.
  async whenLooked(mode) {
    const turn = this.startAnew();
    this.looked = mode;
    await painted();
    if (turn !== this.turn) return;
    clearTimeout(this.lookTimer);
    this.drawnAt = performance.now();
    this.mode("new");
    this.lookTimer = setTimeout(() => {
      if (this.root.dataset.mode === "new") this.mode(mode);
    }, LOOK);
  }

  // What is shown can't be answered from now on; what was to be shown is dropped.
  startAnew() {
    this.drawnAt = Infinity;
    this.looked = null;
    return ++this.turn;
  }

  // What lay above the item is gone: it is seen anew.
  seenAnew() {
    const isSeen = ["new", "ready", "changing"].includes(this.root.dataset.mode);
    if (!isSeen || !this.looked) return;
    clearTimeout(this.lookTimer);
    this.mode("new"); // at once: nothing counts until it is drawn
    this.whenLooked(this.looked);
  }

  // A key pressed before the item was drawn was meant for the one before it, however late
  // it is handled.
  isTooSoon(pressedAt) {
    return pressedAt - this.drawnAt < LOOK;
  }

  isDouble(event) {
    return event?.detail > 1 && performance.now() - this.drawnAt < DOUBLE_CLICK;
  }

  // -- the item ----------------------------------------------------------------------

  // Return whether it is shown: something else may be, by now.
  // `chosen`: what the row has already, where several labels are to be changed.
  async showItem(item, { row, title, name, reason, flagged = false, isChange, chosen }) {
    const turn = this.startAnew(); // no key answers what isn't drawn yet
    const told = await this.item.show(item, name);
    if (told == null || turn !== this.turn) return false;
    this.root.classList.toggle("labeler-changing", isChange);
    this.root.dataset.row = row;
    this.head(title, reason, flagged);
    this.answers.begin(chosen);
    this.say(`${title}: ${told}`);
    return true;
  }

  // Where nothing is asked.
  showRest({ title, text, drawn }) {
    this.startAnew();
    this.root.classList.remove("labeler-changing");
    delete this.root.dataset.row;
    this.head(title, "", false);
    this.answers.begin();
    this.item.put(...drawn);
    this.say(`${title} ${text}`);
  }

  head(title, reason, flagged) {
    this.parts.title.textContent = title;
    this.parts.title.title = title; // a long one is cut
    this.parts.reason.textContent = reason;
    this.parts.flagged.hidden = !flagged;
    this.guess("");
  }

  guess(text) {
    this.parts.guess.textContent = text;
  }

  // -- what is around it -------------------------------------------------------------

  showProgress({ report, classes, numbers, kind, can, ...state }) {
    const { new_classes: isOpen, has_instructions: instructs } = state;
    const { bar, track, count, refitting, figures, instructions, measure } = this.parts;
    const target = report.budget ?? report.n_rows;
    const reached = report.budget == null ? report.n_labeled : report.n_asked;
    const share = Math.min(1, reached / Math.max(target, 1));
    bar.style.width = `${100 * share}%`;
    track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    const left = report.budget == null ? "" : ` · ${target - reached} questions left`;
    count.textContent =
      `${counted(report)} of ${report.n_rows.toLocaleString("en")} rows${left}`;
    refitting.hidden = !report.refitting;
    instructions.hidden = !instructs;
    const { n, needed } = report.audit ?? {};
    measure.hidden = !can.includes("estimate") || !(n >= needed);
    figures.replaceChildren(...drawFigures(report, classes));
    this.showAnswers(kind, numbers, classes, isOpen);
    if (this.alone) document.title = `${reached} / ${target} · Labeling`;
  }

  // `numbers`: what is said of the numbers that may be given; null: labels are none.
  showAnswers(kind, numbers, classes, isOpen) {
    this.answers = this.kinds[kind];
    this.parts.number.hidden = kind !== "numbers";
    this.parts.several.hidden = kind !== "several";
    this.parts.classes.hidden = kind !== "classes";
    if (kind === "several") this.placeLabels();
    if (numbers) this.answers.show(numbers);
    else this.answers.show(classes, isOpen);
    this.answers.disable(RESTING.has(this.root.dataset.mode));
  }

  // Of one class per row and of several there is one on the page.
  placeLabels() {
    const { classes, labels, finder, labelFinder } = this.parts;
    if (labels.isConnected) return;
    classes.replaceWith(labels);
    finder.replaceWith(labelFinder);
  }

  // `found`: null while models are fitted, else the figures, or an error.
  showMeasured(found) {
    const { measure, measured } = this.parts;
    measure.setAttribute("aria-disabled", String(found === null));
    measured.replaceChildren(...drawMeasured(found));
  }

  showRecent(recent) {
    this.parts.recent.replaceChildren(
      ...recent.map((answer) => drawRecent(answer, this.on.change)),
    );
  }

  // `usable`: the names of commands; `texts`: those that are called otherwise now.
  showCommands(usable, classes, texts, isChange) {
    const taken = new Set(classes.map(({ key }) => key));
    const focused = focusedIn(this.root)?.dataset?.command;
    const buttons = this.answers.commands.filter(({ name }) => usable.has(name)).map((command) => {
      const { name, text, key, shown } = command;
      const isFree = !taken.has(key);
      const act = (event) => this.isDouble(event) || this.on.command(name);
      const made = button(texts[name] ?? text, act, "labeler-quiet", isFree ? shown : null);
      made.dataset.command = name;
      if (isFree) made.setAttribute("aria-keyshortcuts", key);
      return made;
    });
    if (isChange) buttons.push(button("Back", this.on.back, "labeler-quiet", "Esc"));
    this.parts.commands.replaceChildren(...buttons);
    if (focused) this.commandButton(focused)?.focus();
  }

  // Beside the item: the list, or how it goes.
  showBeside(list) {
    const { place, side } = this.parts;
    place.replaceChildren(...(list ? [list] : []));
    place.hidden = !list;
    side.hidden = Boolean(list);
    this.root.classList.toggle("labeler-listing", Boolean(list));
  }

  showNoCommands() {
    this.parts.commands.replaceChildren();
  }

  commandButton(name) {
    return this.parts.commands.querySelector(`[data-command="${name}"]`);
  }
}
