// How it goes: the figures beside the item, and the latest answers.

import { el, percent } from "./dom.js";

const ENOUGH = 20; // labels, before it is said that more change little

export const counted = ({ n_labeled }) =>
  n_labeled === 1 ? "1 label" : `${n_labeled} labels`;

export function saved(report, where = "") {
  return `${counted(report)} ${report.n_labeled === 1 ? "is" : "are"} saved${where}.`;
}

export function drawFigures({ n_labeled, still_changing, ...report }, classes) {
  const { audit, seconds_per_label, n_skipped, n_flagged, error } = report;
  // A model that knows little may well stay as it is.
  const knows = n_labeled >= ENOUGH && classes.every(({ count }) => count);
  const figures = [];
  if (audit) figures.push(...checked(audit));
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
  return figures.map(drawFigure);
}

function drawFigure([name, value, more]) {
  const lines = [more].flat().map((line) => line && el("small", {}, line));
  const cell = el("dd", {}, el("strong", {}, value), ...lines);
  return el("div", {}, el("dt", {}, name), cell);
}

// From few checks there is no percentage; beside one stands what is got for nothing.
function checked({ n, needed, accuracy, low, high, recalls, ...audit }) {
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

export function drawRecent(answer, change) {
  const { row, text, preview } = answer;
  const small =
    preview?.kind === "image"
      ? el("img", { src: preview.src, alt: "", class: "labeler-pixels" })
      : el("span", { class: "labeler-preview" }, preview?.text ?? `Item ${row}`);
  const attributes = {
    type: "button",
    class: "labeler-quiet",
    "aria-label": `Item ${row}, labeled ${text}: change`,
    onclick: () => change(answer),
  };
  const given = el("span", { class: "labeler-given", dir: "auto" }, text);
  return el("li", {}, el("button", attributes, small, given));
}
