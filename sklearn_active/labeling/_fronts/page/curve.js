// The random checks as a small picture: a tick for each, and the share that was right
// among the latest, with its interval.

import { percent } from "./dom.js";

const NEEDED = 10; // checks, before there is a share
const WINDOW = 30; // checks that a share is about
const Z = 1.959964; // of a 95 % interval
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 232, 14, 74];
const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, String(value));
  if (text != null) element.textContent = text;
  return element;
}

// Wilson's interval.
export function intervalOf(n, k) {
  const share = k / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const root = Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const half = (Z * root) / (1 + Z ** 2 / n);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

// Return one point for each check from the tenth on.
export function sharesOf(curve) {
  const points = [];
  for (let i = NEEDED; i <= curve.length; i++) {
    const latest = curve.slice(Math.max(0, i - WINDOW), i);
    const n_right = latest.reduce((sum, [, right]) => sum + right, 0);
    const [low, high] = intervalOf(latest.length, n_right);
    const n = latest.length;
    points.push({ at: curve[i - 1][0], n, n_right, share: n_right / n, low, high });
  }
  return points;
}

function inWords(curve, points) {
  const n_right = curve.reduce((sum, [, right]) => sum + right, 0);
  const last = points.at(-1);
  if (!last) return `${n_right} of ${curve.length} random checks were right so far.`;
  const first = points[0];
  const spread = `${percent(last.low)} to ${percent(last.high)}`;
  const before =
    first === last ? "" : ` The first ${first.n} had ${percent(first.share)}.`;
  return (
    `Of the last ${last.n} random checks ${last.n_right} were right: ` +
    `${percent(last.share)} (${spread}), at ${last.at} labels.${before}`
  );
}

// `curve`: for each check the number of labels then, and 1 where the model was right.
export function drawCurve(curve) {
  const points = sharesOf(curve);
  const most = Math.max(...curve.map(([at]) => at), 1);
  const x = (at) => (LEFT + ((RIGHT - LEFT) * at) / most).toFixed(1);
  const y = (share) => (BOTTOM + (TOP - BOTTOM) * share).toFixed(1);
  const bottom = points.length ? BOTTOM : TOP + 8; // without shares there are ticks alone
  const parts = [];
  if (points.length) {
    const along = (name, ends) => ends.map((point) => `${x(point.at)},${y(point[name])}`);
    const band = [...along("high", points), ...along("low", points.toReversed())];
    parts.push(
      draw("line", { class: "labeler-grid", x1: LEFT, x2: RIGHT, y1: y(1), y2: y(1) }),
      draw("line", { class: "labeler-grid", x1: LEFT, x2: RIGHT, y1: y(0), y2: y(0) }),
      draw("polygon", { class: "labeler-band", points: band.join(" ") }),
      draw("polyline", { class: "labeler-line", points: along("share", points).join(" ") }),
      draw("text", { x: LEFT - 5, y: TOP + 4, "text-anchor": "end" }, "100\u00a0%"),
      draw("text", { x: LEFT - 5, y: BOTTOM + 3, "text-anchor": "end" }, "0\u00a0%"),
    );
    const { at, share } = points.at(-1);
    parts.push(draw("circle", { class: "labeler-dot", cx: x(at), cy: y(share), r: 2.5 }));
  } else {
    const middle = (TOP + bottom) / 2;
    parts.push(
      draw("line", { class: "labeler-grid", x1: LEFT, x2: RIGHT, y1: middle, y2: middle }),
      draw("text", { x: LEFT - 5, y: TOP - 2, "text-anchor": "end" }, "right"),
      draw("text", { x: LEFT - 5, y: bottom + 9, "text-anchor": "end" }, "wrong"),
    );
  }
  for (const [at, right] of curve) {
    const [y1, y2] = right ? [TOP - 9, TOP - 3] : [bottom + 3, bottom + 9];
    const kind = right ? "labeler-right" : "labeler-wrong";
    parts.push(draw("line", { class: kind, x1: x(at), x2: x(at), y1, y2 }));
  }
  const base = bottom + 22;
  parts.push(
    draw("text", { x: LEFT, y: base }, "0"),
    draw("text", { x: RIGHT, y: base, "text-anchor": "end" }, `${most} labels`),
  );
  const picture = draw("svg", {
    class: "labeler-curve",
    viewBox: `0 0 240 ${base + 4}`,
    role: "img",
    "aria-label": inWords(curve, points),
  });
  picture.append(...parts);
  return picture;
}
