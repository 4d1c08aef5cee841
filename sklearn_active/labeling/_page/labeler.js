// The state of the page: what is asked, what a person does, and what follows from it.

import { Classes, OtherClass } from "./classes.js";
import { button, focusedIn, painted } from "./dom.js";
import { counted, drawFigures, drawRecent } from "./figures.js";
import { drawItem, spoken } from "./items.js";
import { COMMANDS, meaningOf } from "./keys.js";
import { layOut } from "./layout.js";
import { isOver, Requests } from "./requests.js";
import { drawFinished, drawGone, drawNothing } from "./resting.js";

const LOOK = 200; // ms: nobody has seen an item sooner, so that is a double press
const DOUBLE_CLICK = 500;
const POLL = { waiting: 150, refitting: 700, quiet: 5000 };

const REASONS = {
  audit: "random, to check the model",
  cold_start: "random, to begin with",
  stale: "random, while the model catches up",
  undone: "taken back",
  vote: "others have begun it",
  BadgeSampling: "unlike the others, and the model hesitates",
  EntropySampling: "the model is unsure what it is",
  GraphUncertaintyHerding: "like many that are still unclear",
  LeastConfidentSampling: "the model is least sure of it",
  MarginSampling: "the model hesitates between two classes",
  MaxHerding: "like many that are still unclear",
  QueryByCommittee: "the models disagree about it",
  RandomSampling: "a random row",
  SigmaOptimality: "tells most about the others",
};

// Where no class can be given.
const RESTING = new Set(["done", "ended", "finished", "unsaved", "waiting"]);

let mounted = 0;

export class Labeler {
  // `alone`: the page is all that the tab shows.
  constructor(root, { send, alone }) {
    const prefix = `labeler-${++mounted}`;
    this.root = root;
    this.alone = alone;
    this.requests = new Requests(send);
    this.state = null;
    this.items = new Map(); // by row, of those seen
    this.changing = null; // the earlier answer that is being changed
    this.resting = false; // after "Finish"
    this.drawnAt = Infinity;
    this.parts = layOut(root, (name) => `${prefix}-${name}`, () => this.finish());
    this.classes = new Classes(this.parts.classes, (event, label, text) => {
      if (!this.isDouble(event)) this.give(label, text);
    });
    this.other = new OtherClass(`${prefix}-other`, (text) => this.give({ new: text }, text));
    root.append(this.other.dialog);
    this.mode("loading");
  }

  destroy() {
    this.requests.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.lookTimer);
    this.root.replaceChildren();
  }

  mode(name) {
    this.root.dataset.mode = name;
    this.root.setAttribute("aria-busy", String(name === "loading" || name === "sending"));
    this.classes.disable(RESTING.has(name));
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

  // -- requests ----------------------------------------------------------------------

  async begin() {
    await this.request("state", {}, "");
    this.poll();
  }

  // `what` is said to a person where it could not be saved.
  async request(action, body, what) {
    this.mode(this.state ? "sending" : "loading");
    const failed = (error) => this.notSaved(what, error);
    const reply = await this.requests.untilAnswered(action, body, failed);
    return reply && this.receive(reply, what);
  }

  notSaved(what, error) {
    this.requests.unsaved = Boolean(what);
    this.mode("unsaved");
    const cause = error ?? "The program does not answer.";
    const next = what
      ? `${what} is kept here, and sent again as soon as it can be saved.`
      : "Trying again.";
    this.warn(`${what ? "Not saved. " : ""}${cause} ${next}`, "bad");
  }

  async receive(reply, what) {
    const { status, body } = reply;
    const wasUnsaved = this.requests.unsaved;
    this.requests.unsaved = false;
    if (isOver(reply)) {
      this.end(status, body.error, what, wasUnsaved);
      return null;
    }
    if (status === 200) this.warn(wasUnsaved ? `Saved: ${what}.` : "");
    else this.warn(body.error ?? "This failed.", "bad");
    const state = status === 200 ? body : body.state;
    if (state?.report) await this.show(state);
    else this.mode("ready");
    this.requests.busy = false;
    return status === 200 ? body : null;
  }

  // Only a new address helps.
  end(status, error, what, wasUnsaved) {
    this.requests.ended = true;
    this.mode("ended");
    const lost = wasUnsaved || status === 401 ? what && `${what} is not saved.` : "";
    const way =
      status === 401
        ? "Open the address that the program has printed last."
        : "Start the program again to go on.";
    this.warn([error, lost, way].filter(Boolean).join(" "), "bad");
    for (const each of this.root.querySelectorAll("button")) each.disabled = true;
  }

  poll() {
    clearTimeout(this.timer);
    if (this.resting) return;
    const waiting = this.state && !this.state.question && !this.state.done;
    const kind = waiting ? "waiting" : this.state?.report.refitting ? "refitting" : "quiet";
    this.timer = setTimeout(async () => {
      if (this.requests.ended) return;
      if (!document.hidden && !this.requests.busy) await this.look(waiting);
      this.poll();
    }, POLL[kind]);
  }

  // Only the figures are brought up to date: a question never changes under the hand.
  async look(waiting) {
    const reply = await this.requests.once(waiting ? "state" : "progress");
    if (this.requests.ended || this.requests.busy || this.resting) return;
    if (isOver(reply)) {
      this.end(reply.status, reply.body.error, "", false);
    } else if (reply?.status === 200) {
      if (this.parts.banner.dataset.kind === "gone") this.warn("");
      if (waiting && (reply.body.question || reply.body.done)) await this.show(reply.body);
      else this.showProgress({ ...this.state, ...reply.body });
    } else {
      this.warn("The program does not answer. What you answered is saved.", "gone");
    }
  }

  // -- drawing -----------------------------------------------------------------------

  async show(state) {
    const { question } = state;
    this.changing = null;
    this.root.classList.remove("labeler-changing");
    this.state = state;
    this.parts.guess.textContent = "";
    this.showProgress(state);
    this.showRecent(state.recent);
    if (question) {
      this.items.delete(question.row); // the latest are kept, the oldest let go
      this.items.set(question.row, question.item);
      if (this.items.size > 40) this.items.delete(this.items.keys().next().value);
      const reason = REASONS[question.reason] ?? `chosen by ${question.reason}`;
      await this.showItem(question.row, question.item, `Item ${question.row}`, reason);
    } else {
      const requeue = () => this.request("requeue", {}, "Your wish");
      this.showRest(drawNothing(state, requeue));
    }
    this.parts.flagged.hidden = !question?.flagged;
    this.showCommands();
    await painted();
    this.root.dataset.drawn = question?.id ?? "";
    this.whenLooked("ready");
    if (!question) this.mode(state.done ? "done" : "waiting");
  }

  // What is new can be answered when there was time to look.
  whenLooked(mode) {
    clearTimeout(this.lookTimer);
    this.drawnAt = performance.now();
    this.mode("new");
    this.lookTimer = setTimeout(() => {
      if (this.root.dataset.mode === "new") this.mode(mode);
    }, LOOK);
  }

  async showItem(row, item, title, reason) {
    const place = this.parts.item;
    const drawing = await drawItem(item, `Item ${row}`, place);
    this.parts.title.textContent = title;
    this.parts.reason.textContent = reason;
    place.replaceChildren(drawing);
    const scrolls = place.scrollHeight > place.clientHeight + 1;
    if (scrolls) place.setAttribute("tabindex", "0");
    else place.removeAttribute("tabindex");
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "The item");
    place.scrollTop = 0;
    this.say(`${title}: ${spoken(item)}`);
  }

  showRest({ title, text, drawn }) {
    this.parts.title.textContent = title;
    this.parts.reason.textContent = "";
    this.parts.item.removeAttribute("tabindex");
    this.parts.item.replaceChildren(...drawn);
    this.say(`${title} ${text}`);
  }

  showProgress(state) {
    this.state = state;
    const { report } = state;
    const { bar, track, count, refitting, figures } = this.parts;
    const target = report.budget ?? report.n_rows;
    const reached = report.budget == null ? report.n_labeled : report.n_asked;
    const share = Math.min(1, reached / Math.max(target, 1));
    bar.style.width = `${100 * share}%`;
    track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    const left = report.budget == null ? "" : ` · ${target - reached} questions left`;
    count.textContent =
      `${counted(report)} of ${report.n_rows.toLocaleString("en")} rows${left}`;
    refitting.hidden = !report.refitting;
    figures.replaceChildren(...drawFigures(report, state.classes));
    this.classes.show(state.classes);
    if (this.alone) document.title = `${reached} / ${target} · Labeling`;
  }

  showCommands() {
    const { can, question, new_classes: open, classes, recent } = this.state;
    const taken = new Set(classes.map(({ key }) => key));
    const usable = {
      undo: can.includes("undo"),
      skip: question && !this.changing,
      flag: question && can.includes("flag") && !this.changing,
      guess: question && can.includes("guess") && !this.changing,
      other: open && (question || this.changing),
      earlier: can.includes("relabel") && recent.length > 0,
    };
    const focused = focusedIn(this.root)?.dataset?.command;
    const buttons = COMMANDS.filter(({ name }) => usable[name]).map((command) => {
      const key = taken.has(command.key) ? null : command.shown;
      const act = (event) => this.isDouble(event) || this.command(command.name);
      const made = button(this.textOf(command), act, "labeler-quiet", key);
      made.dataset.command = command.name;
      if (key) made.setAttribute("aria-keyshortcuts", command.key);
      return made;
    });
    if (this.changing) {
      const back = () => this.leaveChange();
      buttons.push(button("Back", back, "labeler-quiet", "Esc"));
    }
    this.parts.commands.replaceChildren(...buttons);
    if (focused) this.commandButton(focused)?.focus();
  }

  commandButton(name) {
    return this.parts.commands.querySelector(`[data-command="${name}"]`);
  }

  textOf({ name, text }) {
    return name === "flag" && this.state.question?.flagged ? "Remove the flag" : text;
  }

  showRecent(recent) {
    const change = (answer) =>
      this.state.can.includes("relabel") && this.change(answer);
    this.parts.recent.replaceChildren(
      ...recent.map((answer) => drawRecent(answer, change)),
    );
  }

  // -- what a person does ------------------------------------------------------------

  isDouble(event) {
    return event?.detail > 1 && performance.now() - this.drawnAt < DOUBLE_CLICK;
  }

  // Nobody looks in less than LOOK ms. A key pressed before the item was drawn was
  // meant for the one before it, however late it is handled.
  tooSoon(pressedAt) {
    const { busy, ended } = this.requests;
    return busy || ended || pressedAt - this.drawnAt < LOOK;
  }

  onKey(event) {
    const target = event.composedPath()[0];
    const inField = target.closest?.("input, textarea, select, dialog");
    if (inField || event.isComposing || event.defaultPrevented) return;
    const onButton = target.closest?.("button");
    const presses = onButton && (event.key === "Enter" || event.key === " ");
    if (event.repeat) {
      if (presses) event.preventDefault(); // a button would be pressed again and again
      return;
    }
    this.tabbedAt = event.key === "Tab" ? event.timeStamp : -Infinity;
    if (presses || !this.state) return;
    const meant = meaningOf(event, this.state.classes);
    if (!meant || (meant.leaves && !this.changing)) return;
    event.preventDefault();
    event.stopPropagation();
    if (meant.leaves) this.leaveChange();
    else if (meant.command === "earlier") this.command("earlier");
    else if (this.tooSoon(event.timeStamp)) return;
    else if (meant.command) this.command(meant.command);
    else this.give({ label: meant.given.label }, meant.given.text);
  }

  give(label, text) {
    const { question } = this.state;
    if (this.tooSoon(performance.now())) return;
    if (this.changing) this.relabel(label, text);
    else if (question) this.answer("answer", label, `Your answer “${text}”`, text);
  }

  async answer(action, more, what, text) {
    const { id, row } = this.state.question;
    this.classes.mark(text);
    await this.request(action, { query: id, row, ...more }, what);
    this.classes.unmark();
    this.poll();
  }

  async relabel(label, text) {
    const { row } = this.changing;
    const reply = await this.request("relabel", { row, ...label }, `The label “${text}”`);
    if (reply) this.warn(`Item ${row} is now labeled “${text}”.`);
  }

  command(name) {
    const { busy, ended } = this.requests;
    if (!this.commandButton(name) || busy || ended) return;
    if (name === "earlier") this.change(this.earlierAnswer());
    if (this.tooSoon(performance.now())) return;
    const { question } = this.state;
    if (name === "skip") this.answer("skip", {}, "Your skip", null);
    if (name === "undo") this.undo();
    if (name === "guess") this.showGuess();
    if (name === "flag") {
      const { row, flagged } = question;
      this.request("flag", { row, flagged: !flagged }, "Your flag");
    }
    if (name === "other") this.other.open();
  }

  undo() {
    const query = this.state.question?.id ?? null;
    this.request("undo", { query }, "Your undo");
  }

  async showGuess() {
    const { id, row } = this.state.question;
    const reply = await this.requests.once("guess", { query: id, row });
    if (this.state.question?.id !== id || this.changing) return;
    const { text, why } = reply?.status === 200 ? reply.body : {};
    this.parts.guess.textContent =
      text == null
        ? `No guess: ${why ?? "the program does not answer"}.`
        : `The model's guess: ${text}`;
  }

  earlierAnswer() {
    const { recent } = this.state;
    const at = recent.findIndex(({ row }) => row === this.changing?.row);
    return recent[(at + 1) % recent.length];
  }

  async change(answer) {
    if (this.requests.busy || this.requests.ended) return;
    const { row, text } = answer;
    if (!this.items.has(row)) {
      const reply = await this.requests.once("item", { row });
      if (reply?.status !== 200) {
        this.warn("The program does not answer.", "gone");
        return;
      }
      this.items.set(row, reply.body.item);
    }
    this.changing = answer;
    this.root.classList.add("labeler-changing");
    this.parts.guess.textContent = "";
    const hint = `labeled “${text}”; choose the right class`;
    await this.showItem(row, this.items.get(row), `Change item ${row}`, hint);
    this.parts.flagged.hidden = true;
    this.showCommands();
    await painted();
    this.whenLooked("changing");
  }

  leaveChange() {
    if (!this.requests.busy) this.show(this.state);
  }

  async finish() {
    if (this.requests.busy) return;
    if (!(await this.request("finish", {}, "Your wish to end"))) return;
    this.resting = true; // the program may end now, and that is no alarm
    this.showRest(drawFinished(this.state, () => this.goOn()));
    this.parts.flagged.hidden = true;
    this.parts.guess.textContent = "";
    this.parts.commands.replaceChildren();
    this.drawnAt = Infinity; // no key answers a question that isn't shown
    this.mode("finished");
  }

  // After "Finish": as long as the program is there it can be asked for a question.
  async goOn() {
    const reply = await this.requests.once("state");
    if (reply?.status === 200) {
      this.resting = false;
      await this.show(reply.body);
      this.poll();
    } else {
      const { text, drawn } = drawGone();
      this.parts.item.replaceChildren(...drawn);
      this.say(text);
    }
  }

  // A click into a frame takes the keys away; Tab into it is meant.
  leaveFrame() {
    const frame = focusedIn(this.root);
    const tabbed = performance.now() - (this.tabbedAt ?? -Infinity) < 300;
    if (frame?.tagName === "IFRAME" && this.root.contains(frame) && !tabbed)
      setTimeout(() => (frame.blur(), this.root.focus()), 0);
  }
}
