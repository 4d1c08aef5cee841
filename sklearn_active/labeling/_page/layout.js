// What stands on the page, as elements by name.

import { button, el } from "./dom.js";

function pieces(id) {
  const group = (kind, name) =>
    el("div", { class: `labeler-${kind}`, role: "group", "aria-label": name });
  return {
    bar: el("div", { class: "labeler-bar-done" }),
    count: el("p", { class: "labeler-count", id: id("count") }),
    refitting: el("p", { class: "labeler-refitting", hidden: true }, "refitting"),
    banner: el("div", { class: "labeler-banner", role: "alert" }),
    status: el("p", { class: "labeler-unseen", role: "status" }),
    title: el("h2", { class: "labeler-title", id: id("title") }, "Loading…"),
    reason: el("p", { class: "labeler-reason" }),
    flagged: el("p", { class: "labeler-flagged", hidden: true }, "⚑ flagged"),
    item: el("div", { class: "labeler-item" }),
    guess: el("p", { class: "labeler-guess", role: "status" }),
    classes: group("classes", "Classes"),
    commands: group("commands", "Commands"),
    figures: el("dl", { class: "labeler-figures" }),
    recent: el("ol", { class: "labeler-recent" }),
  };
}

// Draw the page into `root`; return its parts.
export function layOut(root, id, finish) {
  const parts = pieces(id);
  const { title, flagged, reason, item, guess, count, refitting } = parts;
  const head = el("header", { class: "labeler-head" }, title, flagged, reason);
  const card = el(
    "section",
    { class: "labeler-card", "aria-labelledby": title.id },
    head,
    item,
    guess,
  );
  const end = button("Finish", finish, "labeler-quiet");
  parts.track = el(
    "div",
    { class: "labeler-bar", role: "progressbar", "aria-labelledby": count.id },
    parts.bar,
  );
  const side = el(
    "section",
    { class: "labeler-side", "aria-label": "Progress" },
    parts.figures,
    el("h3", {}, "Latest answers"),
    parts.recent,
  );
  const main = el("div", { class: "labeler-main" }, card, parts.classes, parts.commands);
  root.classList.add("labeler");
  root.replaceChildren(
    el("div", { class: "labeler-notice" }, parts.banner),
    el("div", { class: "labeler-top" }, count, refitting, end),
    parts.track,
    el("div", { class: "labeler-columns" }, main, side),
    parts.status,
  );
  return parts;
}
