// Draw an item. It is only ever set as text, as the source of an image, or in a frame
// without scripts.

import { el } from "./dom.js";
import { distanceOf } from "./keys.js";
import { Viewer } from "./viewer.js";

const LONG = 40; // characters: a cell that is a text, not a value
const MANY = 10; // values in one table
const EMPTY = "This text is empty.";
const BROKEN = "This item can't be shown.";
const UNREADABLE = "The image is broken, or of a kind that this browser doesn't know.";

const FRAME_POLICY =
  "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; " +
  "img-src data:; style-src 'unsafe-inline'\"><meta name='color-scheme' content='light'>";

export function drawFrame(html, title) {
  const srcdoc = FRAME_POLICY + html;
  return el("iframe", { class: "labeler-frame", sandbox: "", srcdoc, title });
}

// The place where an item is shown; longer ones scroll, larger ones are zoomed.
export class ItemPlace {
  constructor(place) {
    this.place = place;
    this.viewer = null;
    this.turn = 0; // of what is shown: what decodes late is dropped
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "The item");
    place.addEventListener("scroll", () => this.showEdges(), { passive: true });
    new ResizeObserver(() => this.showEdges()).observe(place);
  }

  // Return what a screen reader is told, null where something else is shown by now.
  async show(item, name) {
    const turn = ++this.turn;
    const { drawn, viewer, told } = await drawItem(item, name);
    if (turn !== this.turn) return null;
    this.put(drawn);
    this.viewer = viewer ?? null;
    viewer?.fit();
    return told;
  }

  put(...drawn) {
    this.turn += 1;
    this.viewer = null;
    this.place.replaceChildren(...drawn);
    this.place.scrollTop = 0;
    this.showEdges();
  }

  // Where there is more, the edge fades.
  showEdges() {
    const { scrollTop, scrollHeight, clientHeight } = this.place;
    const above = !this.viewer && scrollTop > 1;
    const below = !this.viewer && scrollTop + clientHeight < scrollHeight - 1;
    this.place.classList.toggle("labeler-more-above", above);
    this.place.classList.toggle("labeler-more-below", below);
    if (above || below) this.place.setAttribute("tabindex", "0");
    else this.place.removeAttribute("tabindex");
  }

  // Return whether the key of an event moved anything.
  moveBy(event) {
    const { place, viewer } = this;
    const down = distanceOf(event, place.clientHeight);
    if (viewer) return viewer.move(0, down);
    if (place.scrollHeight <= place.clientHeight + 1) return false;
    place.scrollTop += down;
    return true;
  }

  zoom(how) {
    this.viewer?.zoom(how);
  }
}

async function drawItem(item, name) {
  if (item.kind === "image") return drawImage(item, name);
  if (item.kind === "broken") return drawBroken(item.text);
  if (item.kind === "html")
    return { drawn: drawFrame(item.html, name), told: "shown as HTML" };
  if (item.kind === "table") return { drawn: drawTable(item.rows), told: wordsOf(item.rows) };
  if (!item.text.trim())
    return { drawn: el("p", { class: "labeler-empty" }, EMPTY), told: EMPTY };
  const drawn = el("p", { class: "labeler-text", dir: "auto" }, item.text);
  return { drawn, told: item.text.slice(0, 300) };
}

function drawBroken(why) {
  const drawn = el(
    "div",
    { class: "labeler-broken" },
    el("strong", {}, BROKEN),
    el("p", {}, why),
  );
  return { drawn, told: `${BROKEN} ${why}` };
}

const wordsOf = (rows) =>
  rows
    .map(([name, value]) => `${name}: ${value || "–"}`)
    .join(", ")
    .slice(0, 300);

// A text in a table is read first: it stands alone, and the rest small below it.
function drawTable(rows) {
  const lengths = rows.map(([, value]) => value.length);
  const longest = lengths.indexOf(Math.max(...lengths));
  if (!rows.length || lengths[longest] < LONG) return drawValues(rows);
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

// Many values stand in two tables side by side, where there is room.
function drawValues(rows) {
  const cells = ([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", { dir: "auto" }, value));
  const n_first = rows.length > MANY ? Math.ceil(rows.length / 2) : rows.length;
  const tables = [rows.slice(0, n_first), rows.slice(n_first)]
    .filter((part) => part.length)
    .map((part) => el("table", {}, el("tbody", {}, ...part.map(cells))));
  return el("div", { class: "labeler-tables" }, ...tables);
}

async function drawImage(item, name) {
  const image = el("img", {
    src: item.src,
    alt: `${name}, an image`,
    draggable: "false",
  });
  try {
    await image.decode();
  } catch {
    return drawBroken(UNREADABLE);
  }
  const viewer = new Viewer(image);
  return { drawn: viewer.element, viewer, told: "an image" };
}
