// The state of the page: what is asked, what a person does, and what follows from it.

import { isOpen, openHelp, openInstructions } from "./dialogs.js";
import { focusedIn } from "./dom.js";
import { titleOf } from "./figures.js";
import { meaningOf } from "./keys.js";
import { RowList } from "./list.js";
import { Listing } from "./listing.js";
import { isOver, Requests } from "./requests.js";
import { drawFinished, drawGone, drawNothing } from "./resting.js";
import { Screen } from "./screen.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
const PAGES = { PageUp: -1, PageDown: 1 }; // where the list has the focus
const TO_CHANGE = {
  classes: "choose the right class",
  numbers: "type the right number",
  several: "choose the right ones",
};
const POLL = { waiting: 150, refitting: 700, quiet: 5000 };

export class Labeler extends Listing {
  constructor(root, { send, alone }) {
    super();
    this.root = root;
    this.requests = new Requests(send);
    this.state = null;
    this.resting = false; // after "Finish"
    this.isMeasuring = false;
    const on = {
      back: () => (this.isListing ? this.closeList() : this.leaveChange()),
      change: (answer) => this.state.can.includes("relabel") && this.change(answer),
      choose: (event, label, text) => this.choose(event, label, text),
      command: (name) => this.command(name),
      finish: () => this.finish(),
      instruct: () => this.instruct(),
      measure: () => this.measure(),
      mayType: (at) => this.isAnswerable && !this.isTooSoon(at),
    };
    this.screen = new Screen(root, on, alone);
    this.list = new RowList((action, body) => this.requests.once(action, body), {
      mayPick: () => !this.requests.busy && !this.requests.ended,
      leaveRow: () => this.leavePicked(),
      pick: (row) => this.showPicked(row),
      leave: () => this.closeList(),
    });
  }

  destroy() {
    this.requests.ended = true;
    clearTimeout(this.timer);
    this.screen.destroy();
  }

  // -- requests ----------------------------------------------------------------------

  async begin() {
    const state = await this.request("state", {}, "");
    const isNew = state?.has_instructions && !state.report.n_labeled;
    if (isNew && (state.question || state.preparing)) this.instruct();
    this.poll();
  }

  // `what` is said to a person where it could not be saved.
  async request(action, body, what) {
    this.screen.mode(this.state ? "sending" : "loading");
    const failed = (error) => this.notSaved(what, error);
    const reply = await this.requests.untilAnswered(action, body, failed);
    return reply && this.receive(reply, what);
  }

  notSaved(what, error) {
    this.requests.unsaved = Boolean(what);
    this.screen.mode("unsaved");
    const cause = error ?? "The program does not answer.";
    const next = what
      ? `${what} is kept here, and sent again as soon as it can be saved.`
      : "Trying again.";
    this.screen.warn(`${what ? "Not saved. " : ""}${cause} ${next}`, "bad");
  }

  async receive(reply, what) {
    const { status, body } = reply;
    const wasUnsaved = this.requests.unsaved;
    this.requests.unsaved = false;
    if (isOver(reply)) {
      this.end(status, body.error, what, wasUnsaved);
      return null;
    }
    if (status === 200) this.screen.warn(wasUnsaved ? `Saved: ${what}.` : "");
    else this.screen.warn(body.error ?? "This failed.", "bad");
    const state = status === 200 ? body : body.state;
    if (this.isListing) this.leavePicked(); // it is picked anew by who asked
    if (state?.report && !this.isListing) await this.show(state);
    else if (state?.report) this.showProgress(state);
    else if (!this.isListing) this.screen.mode("ready");
    this.requests.busy = false;
    return status === 200 ? body : null;
  }

  // Only a new address helps.
  end(status, error, what, wasUnsaved) {
    this.requests.ended = true;
    this.screen.mode("ended");
    const lost = wasUnsaved || status === 401 ? what && `${what} is not saved.` : "";
    const way =
      status === 401
        ? "Open the address that the program has printed last."
        : "Start the program again to go on.";
    this.screen.warn([error, lost, way].filter(Boolean).join(" "), "bad");
    for (const each of this.root.querySelectorAll("button, input")) each.disabled = true;
  }

  // Models are fitted for it, so a person asks for it; answers go on meanwhile.
  async measure() {
    if (this.isMeasuring || this.requests.ended) return;
    this.isMeasuring = true;
    this.screen.showMeasured(null);
    const reply = await this.requests.once("estimate");
    this.isMeasuring = false;
    const error = "The program does not answer.";
    if (!this.requests.ended) this.screen.showMeasured(reply?.body ?? { error });
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
      const { body } = reply;
      if (this.screen.parts.banner.dataset.kind === "gone") this.screen.warn("");
      const isNext = waiting && (body.question || body.done);
      if (isNext && !this.isListing) await this.show(body);
      else this.showProgress({ ...this.state, ...body });
      if (this.isListing) await this.refresh();
    } else {
      this.screen.warn("The program does not answer. What you answered is saved.", "gone");
    }
  }

  // -- drawing -----------------------------------------------------------------------

  async show(state) {
    const { question, done, recent } = state;
    const turn = ++this.turn;
    this.changing = null;
    this.showProgress(state);
    this.screen.showRecent(recent);
    if (question) await this.showQuestion(question);
    if (turn !== this.turn) return;
    if (!question) this.screen.showRest(drawNothing(state, () => this.requeue()));
    this.showCommands();
    await this.screen.whenLooked("ready");
    if (turn !== this.turn) return;
    this.root.dataset.drawn = question?.id ?? "";
    if (!question) this.screen.mode(done ? "done" : "waiting");
  }

  showProgress(state) {
    this.state = state;
    this.list.showKind(state.classes, state.kind);
    this.screen.showProgress(state);
  }

  showQuestion({ row, item, why, flagged, title }) {
    this.keep(row, item);
    const name = titleOf({ row, title });
    const heading = { row, name, title: name, reason: why ?? "", flagged };
    return this.screen.showItem(item, { ...heading, isChange: false });
  }

  showCommands() {
    const { can, question, classes, recent } = this.state;
    const isAsked = question && !this.changing && !this.isListing;
    const picked = this.isListing ? this.changing : null;
    const finds = can.includes("find");
    const usable = {
      undo: can.includes("undo"),
      skip: isAsked,
      flag: (isAsked || picked) && can.includes("flag"),
      guess: isAsked && can.includes("guess"),
      earlier: can.includes("relabel") && recent.length > 0 && !this.isListing,
      list: finds && !this.isListing,
      similar: finds && (isAsked || picked),
      help: true,
    };
    this.usable = new Set(Object.keys(usable).filter((name) => usable[name]));
    const isFlagged = this.isListing ? picked?.flagged : question?.flagged;
    const texts = isFlagged ? { flag: "Remove the flag" } : {};
    const isChange = this.changing != null || this.isListing;
    this.screen.showCommands(this.usable, classes, texts, isChange);
  }

  // -- what a person does ------------------------------------------------------------

  // Whether a row is shown that can be given an answer.
  get isAnswerable() {
    return Boolean(this.state?.question || this.changing) && !this.resting;
  }

  isTooSoon(pressedAt) {
    const { busy, ended } = this.requests;
    return busy || ended || this.screen.isTooSoon(pressedAt);
  }

  onKey(event) {
    const target = event.composedPath()[0];
    const inField = target.closest?.("input, textarea, select, dialog");
    const passes = this.screen.answers.passes?.(target, event);
    if ((inField && !passes) || event.isComposing || event.defaultPrevented) return;
    if (!this.state || isOpen(this.root)) return;
    this.tabbedAt = event.key === "Tab" ? event.timeStamp : -Infinity;
    const onButton = target.closest?.("button");
    if (onButton && (event.key === "Enter" || event.key === " ")) {
      if (event.repeat) event.preventDefault(); // it would be pressed again and again
      return;
    }
    const meant = meaningOf(event, this.screen.answers);
    if (!meant || !this.obey(meant, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Return whether the key was for us.
  obey(meant, event) {
    const step = meant.moves && this.isListing ? this.stepOf(event) : 0;
    if (step) this.list.rows.move(step);
    else if (meant.moves) return this.screen.item.moveBy(event);
    else if (meant.zooms) this.screen.item.zoom(meant.zooms);
    else if (meant.finds) return this.find(event);
    else if (event.repeat) return false;
    else if (meant.leaves) return this.leave();
    else if (["earlier", "help", "list"].includes(meant.command))
      this.command(meant.command);
    else if (this.isTooSoon(event.timeStamp)) this.dropped(meant, event);
    else if (meant.command) this.command(meant.command);
    else if (meant.saves) this.screen.answers.save(event);
    else this.screen.answers.take(event, meant.given);
    return true;
  }

  // A part of an answer that is lost must not leave the other part alone.
  dropped({ given }, event) {
    if (given) this.screen.answers.drop?.(event.timeStamp);
  }

  // Return by how many rows a key moves in the list; 0: it moves something else.
  stepOf({ key }) {
    const { rows } = this.list;
    const focused = focusedIn(this.root);
    if (focused === this.screen.parts.item) return 0;
    const isInRows = focused === rows.element;
    return STEPS[key] ?? (isInRows && key in PAGES ? PAGES[key] * rows.page : 0);
  }

  // The letter is typed by the browser, into the field that has the focus then.
  find(event) {
    const { answers } = this.screen;
    const { busy, ended } = this.requests;
    if (!answers.isUseful || event.repeat) return false;
    if (this.isAnswerable && !busy && !ended) answers.find();
    else answers.drop?.(event.timeStamp);
    return false;
  }

  leave() {
    if (this.screen.answers.typed) this.screen.answers.clear();
    else if (this.isListing) this.closeList();
    else if (this.changing) this.leaveChange();
    else return false;
    return true;
  }

  choose(event, label, text) {
    if (event.type === "keydown" && this.isTooSoon(event.timeStamp)) return;
    this.give(label, text);
  }

  give(label, text) {
    const { question } = this.state;
    if (this.isTooSoon(performance.now())) return;
    if (this.isListing && this.changing) this.relabelPicked(this.changing, label, text);
    else if (this.changing) this.relabel(label, text);
    else if (question && !this.isListing) this.answer("answer", label, `Your answer “${text}”`);
  }

  async answer(action, given, what) {
    const { id, row } = this.state.question;
    const { answers } = this.screen;
    answers.mark(given);
    const reply = await this.request(action, { query: id, row, ...given }, what);
    answers.unmark();
    if (!reply && this.state.question?.id === id) answers.giveBack?.(given);
    this.poll();
  }

  async relabel(label, text) {
    const { changing } = this;
    const { row } = changing;
    const { answers } = this.screen;
    const reply = await this.request("relabel", { row, ...label }, `The label “${text}”`);
    if (reply) {
      this.screen.warn(`${titleOf(changing)} is now labeled “${text}”.`);
    } else if (answers.giveBack && !this.requests.ended) {
      await this.change(changing); // it was refused: here it can be corrected
      answers.giveBack(label);
    }
  }

  // `shown`: the label that was known here, as another person may have given one by now.
  async relabelPicked(picked, label, text) {
    const { row, reason, label: shown } = picked;
    this.leavePicked(); // a second key is not for this row any more
    const body = { row, ...label, reason, shown };
    if (await this.request("relabel", body, `The label “${text}”`))
      this.list.given(picked, text);
    else await this.pickAnew();
  }

  command(name) {
    const { busy, ended } = this.requests;
    if (!this.screen.commandButton(name) || ended) return;
    if (name === "help") this.help();
    if (busy) return;
    if (name === "list") this.openList();
    if (name === "earlier") this.change(this.earlierAnswer());
    if (this.isTooSoon(performance.now())) return;
    const { question } = this.state;
    if (name === "skip") this.answer("skip", {}, "Your skip");
    if (name === "undo") this.undo();
    if (name === "guess") this.showGuess();
    if (name === "flag") this.flag(this.isListing ? this.changing : question);
    if (name === "similar") this.openList({ like: this.changing ?? question });
  }

  async flag({ row, flagged }) {
    await this.request("flag", { row, flagged: !flagged }, "Your flag");
    if (this.isListing) await this.pickAnew();
  }

  async undo() {
    const query = this.state.question?.id ?? null;
    await this.request("undo", { query }, "Your undo");
    if (this.isListing) await this.pickAnew();
  }

  requeue() {
    this.request("requeue", {}, "Your wish");
  }

  async showGuess() {
    const { id, row } = this.state.question;
    const reply = await this.requests.once("guess", { query: id, row });
    if (this.state.question?.id !== id || this.changing) return;
    const { text, why } = reply?.status === 200 ? reply.body : {};
    this.screen.guess(
      text == null
        ? `No guess: ${why ?? "the program does not answer"}.`
        : `The model's guess: ${text}`,
    );
  }

  help() {
    const { classes, numbers, kind, new_classes: isNewAllowed } = this.state;
    const { isListing, usable } = this;
    const { commands, finds } = this.screen.answers;
    const about = { classes, numbers, kind, isNewAllowed };
    const told = { ...about, commands, usable, finds, isListing };
    if (!isOpen(this.root)) openHelp(this.root, told, () => this.screen.seenAnew());
  }

  async instruct() {
    const reply = await this.requests.once("about");
    const html = reply?.status === 200 ? reply.body.instructions : null;
    if (html && !isOpen(this.root))
      openInstructions(this.root, html, () => this.screen.seenAnew());
    else if (!reply) this.screen.warn("The program does not answer.", "gone");
  }

  // -- earlier answers ---------------------------------------------------------------

  earlierAnswer() {
    const { recent } = this.state;
    const at = recent.findIndex(({ row }) => row === this.changing?.row);
    return recent[(at + 1) % recent.length];
  }

  async change(answer) {
    if (this.requests.busy || this.requests.ended) return;
    const turn = ++this.turn;
    const { row, text, chosen } = answer;
    const item = await this.itemOf(row);
    if (!item || turn !== this.turn || this.requests.busy) return;
    this.changing = answer;
    const name = titleOf(answer);
    const reason = `labeled “${text}”; ${TO_CHANGE[this.state.kind]}`;
    const heading = { row, name, title: `Change: ${name}`, reason, chosen };
    if (!(await this.screen.showItem(item, { ...heading, isChange: true }))) return;
    this.showCommands();
    await this.screen.whenLooked("changing");
  }

  leaveChange() {
    if (!this.requests.busy) this.show(this.state);
  }

  // -- the end -----------------------------------------------------------------------

  async finish() {
    if (this.requests.busy) return;
    if (this.isListing) this.hideList();
    if (!(await this.request("finish", {}, "Your wish to end"))) return;
    this.turn += 1;
    this.resting = true; // the program may end now, and that is no alarm
    this.screen.showRest(drawFinished(this.state, () => this.goOn()));
    this.screen.showNoCommands();
    this.screen.drawnAt = Infinity; // no key answers a question that isn't shown
    this.screen.mode("finished");
  }

  // After "Finish": as long as the program is there it can be asked for a question.
  async goOn() {
    const reply = await this.requests.once("resume");
    if (reply?.status === 200) {
      this.resting = false;
      await this.show(reply.body);
      this.poll();
    } else {
      const { text, drawn } = drawGone();
      this.screen.item.put(...drawn);
      this.screen.say(text);
    }
  }

  // A click into a frame takes the keys away; Tab into it is meant.
  leaveFrame() {
    const frame = focusedIn(this.root);
    const tabbed = performance.now() - (this.tabbedAt ?? -Infinity) < 300;
    if (frame?.tagName !== "IFRAME" || !this.root.contains(frame) || tabbed) return;
    const next = frame.closest("dialog")?.querySelector("button") ?? this.root;
    setTimeout(() => (frame.blur(), next.focus()), 0);
  }
}
