// What stands on the page, as elements by name.

import { button, el } from "./dom.js";

function pieces(id) {
  const group = (kind, name) =>
    el("div", { class: `labeler-${kind}`, role: "group", "aria-label": name });
  const typed = { type: "text", maxlength: 200, autocomplete: "off", spellcheck: "false" };
  return {
    bar: el("div", { class: "labeler-bar-done" }),
    count: el("p", { class: "labeler-count", id: id("count") }),
    refitting: el("p", { class: "labeler-refitting", hidden: true }, "refitting"),
    banner: el("div", { class: "labeler-banner", role: "alert" }),
    status: el("p", { class: "labeler-unseen", role: "status" }),
    title: el("h2", { class: "labeler-title", id: id("title"), dir: "auto" }, "Loading…"),
    reason: el("p", { class: "labeler-reason" }),
    flagged: el("p", { class: "labeler-flagged", hidden: true }, "⚑ flagged"),
    item: el("div", { class: "labeler-item" }),
    guess: el("p", { class: "labeler-guess", role: "status" }),
    field: el("input", { ...typed, class: "labeler-field", enterkeyhint: "done" }),
    classes: group("classes", "Classes"),
    several: el("div", { class: "labeler-save", hidden: true }),
    labels: group("classes", "Labels"),
    labelField: el("input", { ...typed, class: "labeler-field", enterkeyhint: "done" }),
    number: el("div", { class: "labeler-number", hidden: true }),
    numberField: el("input", { ...typed, class: "labeler-field", enterkeyhint: "send" }),
    commands: group("commands", "Commands"),
    figures: el("dl", { class: "labeler-figures" }),
    measured: el("p", { class: "labeler-measured", role: "status" }),
    recent: el("ol", { class: "labeler-recent" }),
  };
}

// Draw the page into `root`; return its parts.
export function layOut(root, id, { finish, instruct, measure }) {
  const parts = pieces(id);
  const { title, flagged, reason, item, guess, count, refitting } = parts;
  parts.instructions = button("Instructions", instruct, "labeler-quiet");
  parts.instructions.hidden = true;
  parts.measure = button("How good is the model now?", measure, "labeler-quiet");
  parts.measure.hidden = true;
  parts.track = el(
    "div",
    { class: "labeler-bar", role: "progressbar", "aria-labelledby": count.id },
    parts.bar,
  );
  const finderOf = (field) => el("div", { class: "labeler-finder", hidden: true }, field);
  parts.finder = finderOf(parts.field);
  parts.labelFinder = finderOf(parts.labelField); // put in the place of the other
  const card = el(
    "section",
    { class: "labeler-card", "aria-labelledby": title.id },
    el("header", { class: "labeler-head" }, title, flagged, reason),
    item,
    guess,
  );
  const side = el(
    "section",
    { class: "labeler-side", "aria-label": "Progress" },
    parts.measure,
    parts.measured,
    parts.figures,
    el("h3", {}, "Latest answers"),
    parts.recent,
  );
  const end = el(
    "div",
    { class: "labeler-ends" },
    parts.instructions,
    button("Finish", finish, "labeler-quiet"),
  );
  const { finder, classes, several, number, commands } = parts;
  const answers = [finder, classes, several, number];
  const main = el("div", { class: "labeler-main" }, card, ...answers, commands);
  parts.side = side;
  parts.place = el("div", { class: "labeler-place", hidden: true }); // of the list
  root.classList.add("labeler");
  if (!root.hasAttribute("tabindex")) root.tabIndex = -1; // takes the keys back
  root.replaceChildren(
    el("div", { class: "labeler-notice" }, parts.banner),
    el("div", { class: "labeler-top" }, count, refitting, end),
    parts.track,
    el("div", { class: "labeler-columns" }, main, parts.place, side),
    parts.status,
  );
  return parts;
}
