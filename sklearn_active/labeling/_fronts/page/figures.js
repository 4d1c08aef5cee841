// How it goes: the figures beside the item, and the latest answers.

import { drawCurve } from "./curve.js";
import { el, percent } from "./dom.js";

const ENOUGH = 20; // labels, before it is said that more change little
const MOST_BARS = 8;

export const counted = ({ n_labeled }) =>
  n_labeled === 1 ? "1 label" : `${n_labeled} labels`;

export function saved(report, where = "") {
  return `${counted(report)} ${report.n_labeled === 1 ? "is" : "are"} saved${where}.`;
}

// Each figure is a name, a value (or null), and lines or elements below it.
export function drawFigures(report, classes) {
  const { audit, agreement, n_skipped, n_flagged, error } = report;
  const figures = [];
  if (audit) figures.push(...("mean_error" in audit ? checkedNumbers : checked)(audit));
  if (agreement) figures.push(agreed(agreement));
  figures.push(...changing(report, classes), ...paced(report));
  if (classes.some(({ count }) => count))
    figures.push(["Labels by class", null, drawBars(classes)]);
  if (n_skipped) figures.push(["Skipped", String(n_skipped)]);
  if (n_flagged) figures.push(["Flagged", String(n_flagged)]);
  if (error) figures.push(["The model could not be refitted", "!", error]);
  return figures.map(drawFigure);
}

function drawFigure([name, value, ...more]) {
  const line = (each) => (each instanceof Element ? each : el("small", {}, each));
  const lines = more.filter(Boolean).map(line);
  const shown = value == null ? null : el("strong", {}, value);
  return el("div", {}, el("dt", {}, name), el("dd", {}, shown, ...lines));
}

// From few checks there is no percentage; beside one stands what is got for nothing.
function checked({ name, n, needed, accuracy, low, high, recalls, curve, ...audit }) {
  const drawn = curve?.length ? drawCurve(curve) : null;
  if (accuracy == null)
    return [[name, "–", `${n} of ${needed} random checks so far`, drawn]];
  const of = ({ text, n, n_right, recall }) =>
    `${text}: ${n_right} of ${n} found` + (recall == null ? "" : ` (${percent(recall)})`);
  const lines = [
    `${percent(low)} to ${percent(high)}, from ${n} random checks of the model as it was`,
    drawn,
    `always answering "${audit.baseline_class}": ${percent(audit.baseline)}`,
    recalls.map(of).join(" · "),
  ];
  const figures = [[name, percent(accuracy), ...lines]];
  if (audit.balanced_accuracy != null)
    figures.push([
      "Balanced accuracy",
      percent(audit.balanced_accuracy),
      "the mean over the classes, however rare",
    ]);
  return figures;
}

function checkedNumbers({ n, needed, mean_error, texts }) {
  const name = "Average error";
  if (mean_error == null) return [[name, "–", `${n} of ${needed} random checks so far`]];
  const { low, high, baseline, baseline_number } = texts;
  return [
    [
      name,
      texts.mean_error,
      `${low} to ${high}, from ${n} random checks of the model as it was`,
      `always answering ${baseline_number}: ${baseline}`,
    ],
  ];
}

// Of the model as it is: what models without their labels say of the random checks.
export function drawMeasured(found) {
  const line = (text) => el("span", {}, text);
  if (found === null) return [line("Fitting models …")];
  if (found.error) return [line(found.error)];
  const { score, low, high, baseline, n_checks, n_left, n_labeled } = found;
  const spread = (each) => `${percent(each.low)} to ${percent(each.high)}`;
  const known = found.recalls.filter(({ score }) => score != null);
  const recalls = known.map((each) => `${each.text} ${percent(each.score)} (${spread(each)})`);
  const which = recalls.length ? "the others" : "to be said";
  if (known.length < found.recalls.length)
    recalls.push(`${which} after about ${found.n_needed} checks`);
  return [
    el("strong", {}, `${percent(score)} right`),
    line(` of the ${n_left.toLocaleString("en")} rows left: ${spread({ low, high })}. `),
    line(`From ${n_checks} random checks, after ${n_labeled} labels; `),
    line(`always the most frequent class: ${percent(baseline)}. `),
    line(`Found of each class: ${recalls.join(", ")}.`),
  ];
}

function agreed({ n, share, name, value, needed, error }) {
  const rows = `${n === 1 ? "row" : "rows"} with two answers`;
  if (n < needed || share == null)
    return ["Agreement", "–", `${n} of ${needed} rows with two answers so far`, error];
  const coefficient = value == null ? error : `${name}: ${value.toFixed(2)}`;
  return ["Agreement", percent(share), `the same answer, of ${n} ${rows}`, coefficient];
}

// A model that knows little may well stay as it is.
function changing({ n_labeled, still_changing }, classes) {
  const knows = n_labeled >= ENOUGH && classes.every(({ count }) => count);
  if (still_changing == null || (!still_changing && !knows)) return [];
  const [value, more] = still_changing
    ? ["matter", "predictions still change"]
    : ["change little", "predictions hardly change any more"];
  return [["Your last labels", value, more]];
}

function paced({ seconds_per_label: pace, left }) {
  const isKnown = typeof left?.seconds === "number" && left.n > 0;
  const rest = isKnown ? timeLeft(left) : null;
  if (pace != null)
    return [["Pace", `${pace.toFixed(1)} s`, "a label, the median", rest]];
  return rest ? [["Left", null, rest]] : [];
}

function timeLeft({ n, seconds, of }) {
  const what = n === 1 ? of.replace(/s$/, "") : of;
  return `At this pace about ${duration(seconds)} for the ${n.toLocaleString("en")} ${what} left`;
}

export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  const hours = (minutes - rest) / 60;
  const inHours = hours === 1 ? "1 hour" : `${hours.toLocaleString("en")} hours`;
  return rest && hours < 10 ? `${inHours} ${rest} min` : inHours;
}

function drawBars(classes) {
  const given = classes.filter(({ count }) => count);
  given.sort((one, other) => other.count - one.count);
  const most = given[0].count;
  const bars = given.slice(0, MOST_BARS).map(({ text, count }) => {
    const bar = el("span", { class: "labeler-share", "aria-hidden": "true" });
    bar.style.width = `${(100 * count) / most}%`;
    const name = el("span", { class: "labeler-of", dir: "auto" }, text);
    return el("li", { title: text }, name, el("span", {}, String(count)), bar);
  });
  const n_more = given.length - bars.length;
  if (n_more) bars.push(el("li", { class: "labeler-rest-of" }, `and ${n_more} more`));
  return el("ul", { class: "labeler-bars" }, ...bars);
}

export const titleOf = ({ title, row }) => title ?? `Row ${row + 1}`;

export function drawRecent(answer, change) {
  const { text, preview } = answer;
  const title = titleOf(answer);
  const small =
    preview?.kind === "image"
      ? el("img", { src: preview.src, alt: "", class: "labeler-pixels" })
      : el("span", { class: "labeler-preview", dir: "auto" }, preview?.text || title);
  const attributes = {
    type: "button",
    class: "labeler-quiet",
    title,
    "aria-label": `${title}, labeled ${text}: change`,
    onclick: () => change(answer),
  };
  const given = el("span", { class: "labeler-given", dir: "auto" }, text);
  return el("li", {}, el("button", attributes, small, given));
}
