// Draw an item. It is only ever set as text, as the source of an image, or in a frame
// without scripts.

import { el } from "./dom.js";

const LONG = 40; // characters: a cell that is a text, not a value
const ENLARGED = 240; // px: a small image is easier to recognize when it isn't huge

const FRAME_POLICY =
  "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; " +
  "img-src data:; style-src 'unsafe-inline'\"><meta name='color-scheme' content='light'>";

export async function drawItem(item, name, place) {
  if (item.kind === "image") return drawImage(item, name, place);
  if (item.kind === "html") return drawFrame(item.html, name);
  if (item.kind === "table") return drawTable(item.rows);
  return el("p", { class: "labeler-text", dir: "auto" }, item.text);
}

// What a screen reader is told of an item.
export const spoken = (item) =>
  item.kind === "text" ? item.text.slice(0, 300) : `shown as ${item.kind}`;

function drawFrame(html, title) {
  const srcdoc = FRAME_POLICY + html;
  return el("iframe", { class: "labeler-frame", sandbox: "", srcdoc, title });
}

// A text in a table is read first: it stands alone, and the rest small below it.
function drawTable(rows) {
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

async function drawImage(item, name, { clientWidth, clientHeight }) {
  const image = el("img", { src: item.src, alt: `${name}, an image` });
  try {
    await image.decode();
  } catch {
    return el("p", { class: "labeler-text" }, "This image can't be shown.");
  }
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
