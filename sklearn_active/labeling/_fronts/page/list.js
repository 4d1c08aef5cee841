// All rows: found by words and by what they are, in an order, one of them picked.

import { button, el } from "./dom.js";
import { titleOf } from "./figures.js";
import { Rows } from "./rows.js";

const STATUSES = [
  ["all", "All rows"],
  ["labeled", "With a label"],
  ["unlabeled", "Without a label"],
  ["flagged", "Flagged"],
  ["skipped", "Skipped"],
  ["contradicted", "The guess is not the label"],
  ["disputed", "Annotators disagree"],
  ["suspect", "Doubtful labels, to review"],
];
const ORDERS = [
  ["row", "In their order"],
  ["latest", "Latest label first"],
  ["unsure", "The model is least sure first"],
  ["sure", "The model is surest first"],
  ["suspicious", "Most doubtful label first"],
  ["farthest", "Farthest from the guess first"],
];
const OF_CLASSES = ["contradicted", "suspect", "unsure", "sure", "suspicious"];
const OF_NUMBERS = ["farthest"];
// What there is not, by the kind of labels.
const OF_OTHERS = {
  classes: new Set(OF_NUMBERS),
  numbers: new Set(OF_CLASSES),
  several: new Set([...OF_CLASSES, ...OF_NUMBERS]),
};
const LIKELY = "likely:";
const STEPPED = 50; // ms between a key and the option that it steps to
const TYPING = 150; // ms without a letter, until it is searched

// `choose` is called where an option is chosen; `leave` as well, but not where a key steps
// through the options: then the next one may be meant.
function select(name, options, choose, leave) {
  let steppedAt = -Infinity;
  const onkeydown = ({ key, timeStamp }) => {
    if (key === "Enter") leave();
    steppedAt = key === "Enter" ? -Infinity : timeStamp;
  };
  const onchange = ({ timeStamp }) => {
    choose();
    if (timeStamp - steppedAt > STEPPED) leave();
  };
  const made = el("select", { "aria-label": name, onchange, onkeydown });
  fill(made, options);
  return made;
}

function fill(made, options) {
  const chosen = made.value;
  made.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
  if (options.some(([value]) => value === chosen)) made.value = chosen;
}

const drawSmall = (preview) =>
  preview?.kind === "image"
    ? el("img", { src: preview.src, alt: "", class: "labeler-pixels" })
    : null;

export const BY_OTHERS = "labeled by others"; // how is not told to who has still to answer

export class RowList {
  // `once`: (action, body) -> promise of a reply. `on.pick` is called with a row, or null
  // where none is found, `on.leaveRow` when it isn't picked any more, `on.mayPick` before
  // that, and `on.leave` where the list is closed.
  constructor(once, on) {
    this.once = once;
    this.on = on;
    this.like = null; // the row that others are to be like
    this.found = null; // the name of the list that is seen
    this.kind = { reason: "list", isReview: false }; // of that list
    this.asked = 0; // how often it was searched: late replies are dropped
    this.isSearching = false;
    this.build();
  }

  build() {
    const find = () => this.find();
    const leave = () => this.rows.element.focus();
    this.words = el("input", {
      type: "search",
      class: "labeler-field",
      placeholder: "Search in the rows",
      "aria-label": "Search in the rows",
      autocomplete: "off",
      oninput: () => this.findSoon(),
    });
    const byStatus = () => {
      if (this.isReviewing) this.order.value = "suspicious";
      find();
    };
    this.status = select("Which rows", STATUSES, byStatus, leave); // cut by `showKind`
    this.label = select("Label", [["", "Any label"]], find, leave);
    this.guess = select("Guess", [["", "Any guess"]], find, leave);
    const byOrder = () => {
      this.like = null;
      find();
    };
    this.order = select("Order", ORDERS, byOrder, leave);
    this.guesses = el("input", { type: "checkbox", onchange: () => this.showGuesses() });
    this.count = el("p", { class: "labeler-found", role: "status" });
    this.rows = new Rows({
      fetch: (from, n) => this.fetch(from, n),
      draw: (row) => this.drawRow(row),
      mayPick: () => this.on.mayPick(),
      leave: () => this.on.leaveRow(),
      pick: (row, at) => this.on.pick(row && { ...row, ...this.kind, found: this.found, at }),
    });
    const close = () => this.on.leave();
    this.element = el(
      "section",
      { class: "labeler-list", "aria-label": "Rows" },
      el("header", {}, el("h3", {}, "Rows"), button("Close", close, "labeler-quiet", "Esc")),
      this.words,
      el("div", { class: "labeler-filters" }, this.status, this.label, this.guess, this.order),
      el("div", { class: "labeler-row-of-list" }, this.count, this.guessesLabel()),
      this.rows.element,
    );
    this.words.addEventListener("keydown", (event) => this.onKey(event));
  }

  guessesLabel() {
    return el("label", { class: "labeler-check" }, this.guesses, "Show guesses");
  }

  // The keys are for the rows then.
  showGuesses() {
    this.rows.draw();
    this.rows.element.focus();
  }

  // From the field down into the list, and out of it.
  onKey(event) {
    if (event.isComposing || !["ArrowDown", "Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape" && this.words.value) {
      this.words.value = "";
      this.find();
    } else if (event.key === "Escape") {
      this.on.leave();
    } else {
      this.rows.element.focus();
    }
  }

  // -- what is asked for -------------------------------------------------------------

  // Numbers have no classes to choose from, and a model is sure of none. Where a row may
  // have several, rows that have one of them are found, whatever else they have.
  showKind(classes, kind) {
    const named = classes.map(({ label, text }) => [label, text]);
    const drawn = JSON.stringify([named, kind]);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    const ofKind = (options) => options.filter(([value]) => !OF_OTHERS[kind].has(value));
    this.label.hidden = kind === "numbers";
    this.guess.hidden = kind !== "classes";
    fill(this.status, ofKind(STATUSES));
    fill(this.label, [["", "Any label"], ...named]);
    fill(this.guess, [["", "Any guess"], ...named]);
    const ordered = kind === "classes" ? named : [];
    const likely = ordered.map(([label, text]) => [LIKELY + label, `Most likely first: ${text}`]);
    fill(this.order, [...ofKind(ORDERS), ...likely]);
  }

  // Open it on all rows, or on those that are like one.
  open({ like = null } = {}) {
    this.like = like;
    this.words.value = this.label.value = this.guess.value = "";
    this.status.value = like == null ? "all" : "unlabeled";
    this.order.value = "row";
    this.rows.fill(0, []); // or rows of the last list could be picked meanwhile
    return this.find();
  }

  // Whether labels are asked for again, without showing them.
  get isReviewing() {
    return this.status.value === "suspect";
  }

  // Why a label is given in the list that is asked for.
  get reason() {
    if (this.isReviewing) return "review";
    if (this.like != null) return "similar";
    if (this.order.value.startsWith(LIKELY)) return "class";
    return this.words.value.trim() ? "search" : "list";
  }

  get wanted() {
    const { value } = this.order;
    const isLikely = value.startsWith(LIKELY);
    return {
      words: this.words.value,
      status: this.status.value,
      label: this.label.value || null,
      guess: this.guess.value || null,
      order: isLikely ? "row" : value,
      likely: isLikely ? value.slice(LIKELY.length) : null,
      like: this.like?.row ?? null,
    };
  }

  findSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), TYPING);
  }

  // `kept`: the row that stays picked, where it is found again.
  async find(kept = null) {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    const kind = { reason: this.reason, isReview: this.isReviewing };
    this.isSearching = true;
    this.say("Searching …");
    const reply = await this.once("find", this.wanted);
    if (asked !== this.asked) return;
    const { found, n, rows, error } = reply?.body ?? {};
    this.isSearching = false;
    this.found = found;
    this.kind = kind;
    if (reply?.status !== 200) {
      this.rows.fill(0, []);
      this.say(error ?? "The program does not answer.");
    } else {
      this.rows.fill(n, rows);
      this.say(this.told(n));
      if (kept) await this.rows.seek(kept.row, kept.at);
      if (asked !== this.asked) return;
    }
    this.rows.pickAnew();
  }

  told(n) {
    const rows = `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;
    if (this.kind.isReview) return n ? `${rows} to look at again` : "No label is doubtful.";
    return this.like == null ? rows : `${rows}, most like “${titleOf(this.like)}” first`;
  }

  say(text) {
    this.count.textContent = text;
  }

  // Return rows, null where there is no connection.
  async fetch(from, n) {
    const { found } = this;
    const reply = await this.once("rows", { found, from, n });
    if (found !== this.found) return null;
    if (reply?.status === 409 && !this.isSearching) this.findAgain(); // it was let go
    return reply?.status === 200 ? reply.body.rows : null;
  }

  findAgain() {
    const { picked, at } = this.rows;
    return this.find(picked && { row: picked.row, at });
  }

  // -- a row -------------------------------------------------------------------------

  drawRow(row) {
    const { label, guess, confidence, flagged, skipped, hidden, votes } = row;
    const name = el("span", { class: "labeler-preview", dir: "auto" }, titleOf(row));
    const marks = [];
    if (this.guesses.checked && guess != null && !this.kind.isReview) {
      const sure = confidence == null ? "" : ` ${Math.round(100 * confidence)}\u00a0%`;
      marks.push(el("span", { class: "labeler-guessed", dir: "auto" }, `${guess}?${sure}`));
    }
    if (flagged) marks.push(el("span", { class: "labeler-flagged", title: "flagged" }, "⚑"));
    if (row.reviewed) marks.push(el("span", { class: "labeler-given" }, row.reviewed));
    else if (label != null && !this.kind.isReview) {
      const said = votes.map(([who, text]) => `${who ?? "you"}: ${text}`).join(", ");
      marks.push(el("span", { class: "labeler-given", dir: "auto", title: said }, label));
    } else if (hidden) marks.push(el("span", { class: "labeler-guessed" }, BY_OTHERS));
    else if (skipped) marks.push(el("span", { class: "labeler-guessed" }, "skipped"));
    return [drawSmall(row.preview), name, ...marks].filter(Boolean);
  }

  // After something was done about rows that are seen.
  async refresh() {
    if (!this.isSearching && this.rows.n) await this.rows.again();
  }

  // After a row that was picked got a label: say so, and go to the one below it. What
  // else has changed is asked for meanwhile.
  given({ row, label, at, isReview }, text) {
    const place = this.placeOf(row, at);
    if (place == null) {
      this.rows.pickAnew();
    } else {
      const reviewed = label === text ? `${text}, again` : `${label} → ${text}`;
      this.rows.change(place, isReview ? { label: text, reviewed } : { label: text });
      this.rows.pick(place + 1);
    }
    return this.refresh();
  }

  // Return where a row stands, null where another list has come meanwhile without it.
  placeOf(row, at) {
    const { known, at: now } = this.rows;
    return [at, now].find((place) => known.get(place)?.row === row) ?? null;
  }
}
