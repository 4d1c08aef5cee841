// The labeling page. `mount` draws it into an element; whoever mounts it brings `send`:
// (action, body) -> promise of {status, body}. Items are only ever set as text, as the
// source of an image, or in a frame without scripts.

const LOOK = 200; // ms: nobody has seen an item sooner, so that is a double press
const DOUBLE_CLICK = 500;
const FIRST_RETRY = 500;
const LAST_RETRY = 4000;
const POLL = { waiting: 150, refitting: 700, quiet: 5000 };
const ENOUGH = 20; // labels, before it is said that more change little
const LONG = 40; // characters: a cell that is a text, not a value
const ENLARGED = 240; // px: a small image is easier to recognize when it isn't huge

const COMMANDS = [
  { name: "undo", text: "Undo", key: "ArrowLeft", shown: "←" },
  { name: "skip", text: "Skip", key: "ArrowRight", shown: "→" },
  { name: "flag", text: "Flag", key: "!", shown: "!" },
  { name: "guess", text: "Show the guess", key: "?", shown: "?" },
  { name: "other", text: "Other…", key: "+", shown: "+" },
  { name: "earlier", text: "Change earlier", key: ",", shown: "," },
];

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

const DONE = {
  all_labeled: "Every row has a label.",
  all_asked: "Every row has been asked.",
  budget: "The budget is spent.",
  stop_when: "The stopping rule says: enough.",
  oracle_stopped: "The labeling has ended.",
};

const FRAME_POLICY =
  "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; " +
  "img-src data:; style-src 'unsafe-inline'\"><meta name='color-scheme' content='light'>";

let mounted = 0;

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A tab in the background draws nothing, so don't wait for it for ever.
const painted = () =>
  Promise.race([new Promise((resolve) => requestAnimationFrame(resolve)), pause(100)]);

function newName() {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (n) => n.toString(36)).join("-");
}

// 199 of 200 is not all.
const percent = (share) =>
  `${Math.min(Math.round(100 * share), share < 1 ? 99 : 100)} %`;

const guarded = (run) => ({ run, guarded: true });

class Labeler {
  constructor(root, { send, keys }) {
    this.root = root;
    this.send = send;
    this.keys = keys;
    this.prefix = `labeler-${++mounted}`;
    this.state = null;
    this.items = new Map(); // by row, of those seen
    this.changing = null; // the earlier answer that is being changed
    this.busy = true; // while a request is under way nothing else is answered
    this.unsaved = false;
    this.ended = false;
    this.resting = false; // after "Finish"
    this.drawnAt = Infinity;
    this.build();
    this.listeners = [
      [keys, "keydown", (event) => this.onKey(event)],
      [window, "beforeunload", (event) => this.unsaved && event.preventDefault()],
      [window, "blur", () => this.leaveFrame()],
    ];
    for (const [target, kind, listener] of this.listeners)
      target.addEventListener(kind, listener);
    this.begin();
  }

  destroy() {
    this.ended = true;
    clearTimeout(this.timer);
    for (const [target, kind, listener] of this.listeners)
      target.removeEventListener(kind, listener);
    this.root.replaceChildren();
  }

  // -- what stands on the page -------------------------------------------------------

  build() {
    const id = (name) => `${this.prefix}-${name}`;
    this.bar = el("div", { class: "labeler-bar-done" });
    this.count = el("p", { class: "labeler-count", id: id("count") });
    this.refitting = el("p", { class: "labeler-refitting", hidden: true }, "refitting");
    this.banner = el("div", { class: "labeler-banner", role: "alert" });
    this.status = el("p", { class: "labeler-unseen", role: "status" });
    this.title = el("h2", { class: "labeler-title", id: id("title") }, "Loading…");
    this.reason = el("p", { class: "labeler-reason" });
    this.flagged = el("p", { class: "labeler-flagged", hidden: true }, "⚑ flagged");
    this.item = el("div", { class: "labeler-item" });
    this.guess = el("p", { class: "labeler-guess", role: "status" });
    this.classes = el("div", {
      class: "labeler-classes",
      role: "group",
      "aria-label": "Classes",
    });
    this.commands = el("div", {
      class: "labeler-commands",
      role: "group",
      "aria-label": "Commands",
    });
    this.figures = el("dl", { class: "labeler-figures" });
    this.recent = el("ol", { class: "labeler-recent" });
    this.finishButton = this.button("Finish", () => this.finish(), "labeler-quiet");
    this.card = el(
      "section",
      { class: "labeler-card", "aria-labelledby": id("title") },
      el("header", { class: "labeler-head" }, this.title, this.flagged, this.reason),
      this.item,
      this.guess,
    );
    this.track = el(
      "div",
      { class: "labeler-bar", role: "progressbar", "aria-labelledby": id("count") },
      this.bar,
    );
    this.other = this.buildDialog(id("other"));
    this.root.classList.add("labeler");
    this.root.replaceChildren(
      el("div", { class: "labeler-notice" }, this.banner),
      el("div", { class: "labeler-top" }, this.count, this.refitting, this.finishButton),
      this.track,
      el(
        "div",
        { class: "labeler-columns" },
        el("div", { class: "labeler-main" }, this.card, this.classes, this.commands),
        el(
          "section",
          { class: "labeler-side", "aria-label": "Progress" },
          this.figures,
          el("h3", {}, "Latest answers"),
          this.recent,
        ),
      ),
      this.status,
      this.other,
    );
    this.mode("loading");
  }

  buildDialog(id) {
    this.typed = el("input", {
      type: "text",
      id,
      maxlength: 200,
      autocomplete: "off",
      required: true,
    });
    const dialog = el("dialog", { class: "labeler-dialog", "aria-labelledby": `${id}-l` });
    const form = el(
      "form",
      { method: "dialog" },
      el("label", { for: id, id: `${id}-l` }, "The new class"),
      this.typed,
      el(
        "div",
        { class: "labeler-row" },
        this.button("Cancel", () => dialog.close(), "labeler-quiet"),
        el("button", { type: "submit", class: "labeler-strong" }, "Give this label"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.typed.value.trim();
      if (!text) return;
      dialog.close();
      this.give({ new: text }, text);
    });
    dialog.append(form);
    return dialog;
  }

  button(text, onclick, kind = "", key = null) {
    const hint = key == null ? null : el("kbd", { "aria-hidden": "true" }, key);
    return el("button", { type: "button", class: kind, onclick }, hint, text);
  }

  mode(name) {
    this.root.dataset.mode = name;
    this.root.setAttribute("aria-busy", String(name === "loading" || name === "sending"));
    for (const button of this.classes.children)
      button.setAttribute("aria-disabled", String(RESTING.has(name)));
    for (const button of this.commands.children)
      button.setAttribute("aria-disabled", String(name === "unsaved"));
  }

  say(text) {
    this.status.textContent = text;
  }

  warn(text, kind = "note") {
    this.banner.dataset.kind = kind;
    this.banner.textContent = text;
  }

  // -- requests ----------------------------------------------------------------------

  async begin() {
    await this.request("state", {}, "");
    this.poll();
  }

  // Send until there is an answer. The request keeps its name, so it counts once.
  async request(action, body, what) {
    this.busy = true;
    this.mode(this.state ? "sending" : "loading");
    const named = { ...body, request: newName() };
    let wait = FIRST_RETRY;
    for (;;) {
      let reply = null;
      try {
        reply = await this.send(action, named);
      } catch {
        // no connection
      }
      if (this.ended) return null;
      if (reply && reply.status < 500) return this.receive(reply, what);
      this.notSaved(what, reply?.body?.error);
      await pause(wait);
      if (this.ended) return null;
      wait = Math.min(2 * wait, LAST_RETRY);
    }
  }

  notSaved(what, error) {
    this.unsaved = Boolean(what);
    this.mode("unsaved");
    const cause = error ?? "The program does not answer.";
    const next = what
      ? `${what} is kept here, and sent again as soon as it can be saved.`
      : "Trying again.";
    this.warn(`${what ? "Not saved. " : ""}${cause} ${next}`, "bad");
  }

  async receive({ status, body }, what) {
    const wasUnsaved = this.unsaved;
    this.unsaved = false;
    if (status === 401 || status === 410) {
      this.end(status, body.error, what, wasUnsaved);
      return null;
    }
    if (status === 200) this.warn(wasUnsaved ? `Saved: ${what}.` : "");
    else this.warn(body.error ?? "This failed.", "bad");
    const state = status === 200 ? body : body.state;
    if (state?.report) await this.show(state);
    else this.mode("ready");
    this.busy = false;
    return status === 200 ? body : null;
  }

  // The program was started anew, or its session closed: only a new address helps.
  end(status, error, what, wasUnsaved) {
    this.ended = true;
    this.mode("ended");
    const lost = wasUnsaved || status === 401 ? what && `${what} is not saved.` : "";
    const way =
      status === 401
        ? "Open the address that the program has printed last."
        : "Start the program again to go on.";
    this.warn([error, lost, way].filter(Boolean).join(" "), "bad");
    for (const button of this.root.querySelectorAll("button")) button.disabled = true;
  }

  poll() {
    clearTimeout(this.timer);
    if (this.resting) return;
    const waiting = this.state && !this.state.question && !this.state.done;
    const kind = waiting ? "waiting" : this.state?.report.refitting ? "refitting" : "quiet";
    this.timer = setTimeout(async () => {
      if (this.ended) return;
      if (!document.hidden && !this.busy) await this.look(waiting);
      this.poll();
    }, POLL[kind]);
  }

  // Only the figures are brought up to date: a question never changes under the hand.
  async look(waiting) {
    let reply = null;
    try {
      reply = await this.send(waiting ? "state" : "progress", {});
    } catch {
      // no connection
    }
    if (this.ended || this.busy || this.resting) return;
    if (reply?.status === 401 || reply?.status === 410) {
      this.end(reply.status, reply.body.error, "", false);
    } else if (reply?.status === 200) {
      if (this.banner.dataset.kind === "gone") this.warn("");
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
    this.guess.textContent = "";
    this.showProgress(state);
    this.showRecent(state.recent);
    if (question) {
      this.items.delete(question.row); // the latest are kept, the oldest let go
      this.items.set(question.row, question.item);
      if (this.items.size > 40) this.items.delete(this.items.keys().next().value);
      const reason = REASONS[question.reason] ?? `chosen by ${question.reason}`;
      await this.showItem(question.row, question.item, `Item ${question.row}`, reason);
    } else {
      this.showNothing(state);
    }
    this.flagged.hidden = !question?.flagged;
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
    const drawing = await this.draw(row, item);
    this.title.textContent = title;
    this.reason.textContent = reason;
    this.item.replaceChildren(drawing);
    const scrolls = this.item.scrollHeight > this.item.clientHeight + 1;
    if (scrolls) this.item.setAttribute("tabindex", "0");
    else this.item.removeAttribute("tabindex");
    this.item.setAttribute("role", "group");
    this.item.setAttribute("aria-label", "The item");
    this.item.scrollTop = 0;
    const text = item.kind === "text" ? item.text.slice(0, 300) : `shown as ${item.kind}`;
    this.say(`${title}: ${text}`);
  }

  async draw(row, item) {
    if (item.kind === "image") return this.drawImage(row, item);
    if (item.kind === "html")
      return el("iframe", {
        class: "labeler-frame",
        sandbox: "",
        srcdoc: FRAME_POLICY + item.html,
        title: `Item ${row}`,
      });
    if (item.kind === "table") return this.drawTable(item.rows);
    return el("p", { class: "labeler-text", dir: "auto" }, item.text);
  }

  // A text in a table is read first: it stands alone, and the rest small below it.
  drawTable(rows) {
    const lengths = rows.map(([, value]) => value.length);
    const longest = lengths.indexOf(Math.max(...lengths));
    if (lengths[longest] < LONG) {
      const cells = ([name, value]) =>
        el("tr", {}, el("th", { scope: "row" }, name), el("td", { dir: "auto" }, value));
      return el("table", {}, el("tbody", {}, ...rows.map(cells)));
    }
    const cell = ([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", { dir: "auto" }, value || "–"));
    const [name, text] = rows[longest];
    const rest = rows.filter((_, i) => i !== longest).map(cell);
    return el(
      "div",
      { class: "labeler-row-of-table" },
      el("p", { class: "labeler-column" }, name),
      el("p", { class: "labeler-text", dir: "auto" }, text),
      rest.length ? el("dl", { class: "labeler-cells" }, ...rest) : null,
    );
  }

  async drawImage(row, item) {
    const image = el("img", { src: item.src, alt: `Item ${row}, an image` });
    try {
      await image.decode();
    } catch {
      return el("p", { class: "labeler-text" }, "This image can't be shown.");
    }
    const { clientWidth, clientHeight } = this.item;
    const room = Math.min(ENLARGED, clientWidth - 32, clientHeight - 32);
    const { naturalWidth: width, naturalHeight: height } = image;
    const times = Math.floor(room / Math.max(width, height));
    if (times > 1) {
      image.className = "labeler-pixels"; // whole multiples: every pixel a square
      image.width = times * width;
      image.height = times * height;
    }
    return image;
  }

  showNothing({ done, report }) {
    const title = done ? "Done" : "One moment…";
    this.title.textContent = title;
    this.reason.textContent = "";
    this.item.removeAttribute("tabindex");
    const text = done
      ? `${DONE[done] ?? done} ${this.saved(report)}`
      : "The model learns from your answers; the next items follow.";
    this.item.replaceChildren(el("p", { class: "labeler-rest" }, text));
    if (done && report.n_skipped && this.state.can.includes("requeue")) {
      const again = () => this.request("requeue", {}, "Your wish");
      this.item.append(this.button(`Ask the ${report.n_skipped} skipped again`, again));
    }
    this.say(`${title} ${text}`);
  }

  counted(report) {
    return report.n_labeled === 1 ? "1 label" : `${report.n_labeled} labels`;
  }

  saved(report, where = "") {
    const are = report.n_labeled === 1 ? "is" : "are";
    return `${this.counted(report)} ${are} saved${where}.`;
  }

  showProgress(state) {
    this.state = state;
    const { report } = state;
    const target = report.budget ?? report.n_rows;
    const reached = report.budget == null ? report.n_labeled : report.n_asked;
    const share = Math.min(1, reached / Math.max(target, 1));
    this.bar.style.width = `${100 * share}%`;
    this.track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    const left = report.budget == null ? "" : ` · ${target - reached} questions left`;
    this.count.textContent =
      `${this.counted(report)} of ${report.n_rows.toLocaleString("en")} rows${left}`;
    this.refitting.hidden = !report.refitting;
    this.showFigures(report, state.classes);
    this.showClasses(state.classes);
    document.title = this.keys === document ? `${reached} / ${target} · Labeling` : document.title;
  }

  showFigures({ n_labeled, still_changing, ...report }, classes) {
    const { audit, seconds_per_label, n_skipped, n_flagged, error } = report;
    // A model that knows little may well stay as it is.
    const knows = n_labeled >= ENOUGH && classes.every(({ count }) => count);
    const figures = [];
    if (audit) figures.push(...this.checked(audit));
    if (still_changing || (still_changing != null && knows))
      figures.push([
        "Your last labels",
        still_changing ? "matter" : "change little",
        still_changing ? "predictions still change" : "predictions hardly change any more",
      ]);
    if (seconds_per_label != null)
      figures.push(["Pace", `${seconds_per_label.toFixed(1)} s`, "a label, the median"]);
    if (n_skipped) figures.push(["Skipped", String(n_skipped), ""]);
    if (n_flagged) figures.push(["Flagged", String(n_flagged), ""]);
    if (error) figures.push(["The model could not be refitted", "!", error]);
    this.figures.replaceChildren(
      ...figures.map(([name, value, more]) =>
        el(
          "div",
          {},
          el("dt", {}, name),
          el(
            "dd",
            {},
            el("strong", {}, value),
            ...[more].flat().map((line) => line && el("small", {}, line)),
          ),
        ),
      ),
    );
  }

  // From few checks there is no percentage; beside one stands what is got for nothing.
  checked({ n, needed, accuracy, low, high, recalls, ...audit }) {
    if (accuracy == null)
      return [["Accuracy", "–", `${n} of ${needed} random checks so far`]];
    const of = ({ text, n, n_right, recall }) =>
      `${text}: ${n_right} of ${n} found` + (recall == null ? "" : ` (${percent(recall)})`);
    const lines = [
      `${percent(low)} to ${percent(high)}, from ${n} random checks`,
      `always answering "${audit.baseline_class}": ${percent(audit.baseline)}`,
      recalls.map(of).join(" · "),
    ];
    const figures = [["Accuracy", percent(accuracy), lines]];
    if (audit.balanced_accuracy != null)
      figures.push([
        "Balanced accuracy",
        percent(audit.balanced_accuracy),
        "the mean over the classes, however rare",
      ]);
    return figures;
  }

  // Buttons stay the same elements, so that the focus stays where it is.
  showClasses(classes) {
    const names = JSON.stringify(classes.map(({ label, key }) => [label, key]));
    if (this.classes.dataset.names !== names) {
      this.classes.dataset.names = names;
      const longest = Math.max(...classes.map(({ text }) => text.length), 0);
      this.classes.style.setProperty("--longest", `${Math.min(longest, 20) + 7}ch`);
      this.classes.replaceChildren(
        ...classes.map(({ label, text, key }) => {
          const choose = (event) => {
            if (this.isDouble(event)) return;
            this.give({ label }, text);
          };
          const hint = key === text ? null : (key ?? "");
          const button = this.button("", choose, "labeler-class", hint);
          button.append(
            el("span", { class: "labeler-name", dir: "auto" }, text),
            el("span", { class: "labeler-n", "aria-hidden": "true" }),
          );
          if (key) button.setAttribute("aria-keyshortcuts", key);
          return button;
        }),
      );
    }
    classes.forEach(({ count }, i) => {
      this.classes.children[i].lastChild.textContent = count || "";
    });
  }

  showCommands() {
    const { can, question, new_classes: open, classes, recent } = this.state;
    const taken = new Set(classes.map(({ key }) => key));
    const usable = {
      undo: can.includes("undo"),
      skip: question && !this.changing,
      flag: (question || this.changing) && can.includes("flag") && !this.changing,
      guess: question && can.includes("guess") && !this.changing,
      other: open && (question || this.changing),
      earlier: can.includes("relabel") && recent.length > 0,
    };
    const focused = document.activeElement?.dataset?.command;
    const buttons = COMMANDS.filter(({ name }) => usable[name]).map((command) => {
      const key = taken.has(command.key) ? null : command.shown;
      const act = (event) => this.isDouble(event) || this.command(command.name);
      const button = this.button(this.textOf(command), act, "labeler-quiet", key);
      button.dataset.command = command.name;
      if (key) button.setAttribute("aria-keyshortcuts", command.key);
      return button;
    });
    if (this.changing) {
      const back = () => this.leaveChange();
      buttons.push(this.button("Back", back, "labeler-quiet", "Esc"));
    }
    this.commands.replaceChildren(...buttons);
    if (focused)
      this.commands.querySelector(`[data-command="${focused}"]`)?.focus();
  }

  textOf({ name, text }) {
    return name === "flag" && this.state.question?.flagged ? "Remove the flag" : text;
  }

  showRecent(recent) {
    const previews = recent.map((answer) => {
      const { row, text, preview } = answer;
      const small =
        preview?.kind === "image"
          ? el("img", { src: preview.src, alt: "", class: "labeler-pixels" })
          : el("span", { class: "labeler-preview" }, preview?.text ?? `Item ${row}`);
      const change = () => this.state.can.includes("relabel") && this.change(answer);
      const button = el(
        "button",
        {
          type: "button",
          class: "labeler-quiet",
          "aria-label": `Item ${row}, labeled ${text}: change`,
          onclick: change,
        },
        small,
        el("span", { class: "labeler-given", dir: "auto" }, text),
      );
      return el("li", {}, button);
    });
    this.recent.replaceChildren(...previews);
  }

  // -- what a person does ------------------------------------------------------------

  isDouble(event) {
    return event?.detail > 1 && performance.now() - this.drawnAt < DOUBLE_CLICK;
  }

  // Nobody looks in less than LOOK ms. A key pressed before the item was drawn was
  // meant for the one before it, however late it is handled.
  tooSoon(pressedAt) {
    return this.busy || this.ended || pressedAt - this.drawnAt < LOOK;
  }

  onKey(event) {
    const inField = event.target.closest?.("input, textarea, select, dialog");
    if (inField || event.isComposing || event.defaultPrevented) return;
    const onButton = event.target.closest?.("button");
    const presses = onButton && (event.key === "Enter" || event.key === " ");
    if (event.repeat) {
      if (presses) event.preventDefault(); // a button would be pressed again and again
      return;
    }
    this.tabbedAt = event.key === "Tab" ? event.timeStamp : -Infinity;
    const act = presses ? null : this.actionOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!act.guarded || !this.tooSoon(event.timeStamp)) act.run();
  }

  actionOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
    if (!this.state) return null;
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "z")
      return guarded(() => this.command("undo"));
    if (ctrlKey || metaKey || (altKey && key.length > 1)) return null;
    const { classes } = this.state;
    const given =
      classes.find((c) => c.key === key) ??
      classes.find((c) => key.length === 1 && c.key === key.toLowerCase());
    if (given) return guarded(() => this.give({ label: given.label }, given.text));
    if (key === "Escape") return this.changing && { run: () => this.leaveChange() };
    const name = key === "Backspace" ? "undo" : COMMANDS.find((c) => c.key === key)?.name;
    if (name === "earlier") return { run: () => this.command(name) };
    return name ? guarded(() => this.command(name)) : null;
  }

  give(label, text) {
    const { question } = this.state;
    if (this.tooSoon(performance.now())) return;
    if (this.changing) this.relabel(label, text);
    else if (question) this.answer("answer", label, `Your answer “${text}”`, text);
  }

  answer(action, more, what, text) {
    const { id, row } = this.state.question;
    for (const button of this.classes.children)
      button.toggleAttribute(
        "data-chosen",
        button.querySelector(".labeler-name").textContent === text,
      );
    return this.request(action, { query: id, row, ...more }, what).then((reply) => {
      for (const button of this.classes.children) button.removeAttribute("data-chosen");
      this.poll();
      return reply;
    });
  }

  relabel(label, text) {
    const { row } = this.changing;
    this.request("relabel", { row, ...label }, `The label “${text}”`).then((reply) => {
      if (reply) this.warn(`Item ${row} is now labeled “${text}”.`);
    });
  }

  command(name) {
    const button = this.commands.querySelector(`[data-command="${name}"]`);
    if (!button || this.busy || this.ended) return;
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
    if (name === "other") {
      this.typed.value = "";
      this.other.showModal();
    }
  }

  undo() {
    const query = this.state.question?.id ?? null;
    this.request("undo", { query }, "Your undo");
  }

  async showGuess() {
    const { id, row } = this.state.question;
    let reply = null;
    try {
      reply = await this.send("guess", { query: id, row });
    } catch {
      // no connection
    }
    if (this.state.question?.id !== id || this.changing) return;
    const { text, why } = reply?.status === 200 ? reply.body : {};
    this.guess.textContent =
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
    if (this.busy || this.ended) return;
    const { row, text } = answer;
    if (!this.items.has(row)) {
      let reply = null;
      try {
        reply = await this.send("item", { row });
      } catch {
        // no connection
      }
      if (reply?.status !== 200) {
        this.warn("The program does not answer.", "gone");
        return;
      }
      this.items.set(row, reply.body.item);
    }
    this.changing = answer;
    this.root.classList.add("labeler-changing");
    this.guess.textContent = "";
    const hint = `labeled “${text}”; choose the right class`;
    await this.showItem(row, this.items.get(row), `Change item ${row}`, hint);
    this.flagged.hidden = true;
    this.showCommands();
    await painted();
    this.whenLooked("changing");
  }

  leaveChange() {
    if (!this.busy) this.show(this.state);
  }

  async finish() {
    if (this.busy) return;
    if (!(await this.request("finish", {}, "Your wish to end"))) return;
    this.resting = true; // the program may end now, and that is no alarm
    const { report, classes, kept_in: place, question } = this.state;
    const counts = classes.filter(({ count }) => count);
    const of = counts.map(({ text, count }) => `${text} ${count}`).join(", ");
    const where = place ? ` in ${place}` : "";
    const text = `${this.saved(report, where)} ${of ? `${of}. ` : ""}You can close this page.`;
    this.title.textContent = "Finished";
    this.reason.textContent = "";
    this.flagged.hidden = true;
    this.guess.textContent = "";
    const next = "The program says what comes next, where it was started.";
    this.item.replaceChildren(
      el("p", { class: "labeler-rest" }, text),
      el("p", { class: "labeler-rest" }, next),
    );
    const back = () => this.goOn();
    if (question) this.item.append(this.button("Label more", back));
    this.commands.replaceChildren();
    this.drawnAt = Infinity; // no key answers a question that isn't shown
    this.mode("finished");
    this.say(`Finished. ${text}`);
  }

  // After "Finish": as long as the program is there it can be asked for a question.
  async goOn() {
    let reply = null;
    try {
      reply = await this.send("state", {});
    } catch {
      // no connection
    }
    if (reply?.status === 200) {
      this.resting = false;
      await this.show(reply.body);
      this.poll();
    } else {
      const text =
        "The program has ended. To label more, start it again with the same line: it " +
        "goes on where you are.";
      this.item.replaceChildren(el("p", { class: "labeler-rest" }, text));
      this.say(text);
    }
  }

  // A click into a frame takes the keys away; Tab into it is meant.
  leaveFrame() {
    const frame = document.activeElement;
    const tabbed = performance.now() - (this.tabbedAt ?? -Infinity) < 300;
    if (frame?.tagName === "IFRAME" && this.root.contains(frame) && !tabbed)
      setTimeout(() => (frame.blur(), this.root.focus()), 0);
  }
}

export function mount(root, options) {
  const labeler = new Labeler(root, options);
  return () => labeler.destroy();
}
