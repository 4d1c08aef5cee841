// What the page says where nothing is asked.

import { button, el } from "./dom.js";
import { saved } from "./figures.js";

const DONE = {
  all_labeled: "Every row has a label.",
  all_asked: "Every row has been asked.",
  budget: "The budget is spent.",
  stop_when: "The stopping rule says: enough.",
  oracle_stopped: "The labeling has ended.",
};

const rest = (text) => el("p", { class: "labeler-rest" }, text);

// Return a title, a text, and what is drawn; `requeue` asks skipped rows again.
export function drawNothing({ done, preparing, report, can }, requeue) {
  const title = done ? "Done" : "One moment…";
  const text = done
    ? `${DONE[done] ?? done} ${saved(report)}`
    : preparing
      ? "The model looks at all rows first; with many rows that takes a minute."
      : "The model learns from your answers; the next items follow.";
  const drawn = [rest(text)];
  if (done && report.n_skipped && can.includes("requeue"))
    drawn.push(button(`Ask the ${report.n_skipped} skipped again`, requeue));
  return { title, text, drawn };
}

export function drawFinished({ report, classes, kept_in: place, question }, goOn) {
  const counts = classes.filter(({ count }) => count);
  const of = counts.map(({ text, count }) => `${text} ${count}`).join(", ");
  const where = place ? ` in ${place}` : "";
  const text = `${saved(report, where)} ${of ? `${of}. ` : ""}You can close this page.`;
  const next = "The program says what comes next, where it was started.";
  const drawn = [rest(text), rest(next)];
  if (question) drawn.push(button("Label more", goOn));
  return { title: "Finished", text, drawn };
}

export function drawNoRow() {
  const text = "No row is like that.";
  return { title: "Rows", text, drawn: [rest(text)] };
}

export function drawGone() {
  const text =
    "The program has ended. To label more, start it again with the same line: it goes " +
    "on where you are.";
  return { text, drawn: [rest(text)] };
}
