// What opens above the page: the help, and the instructions.

import { button, el } from "./dom.js";
import { drawFrame } from "./items.js";

// Escape closes it, and gives the focus back.
function open(root, name, content, onclose) {
  const dialog = el("dialog", { class: "labeler-dialog", "aria-label": name });
  dialog.append(
    el(
      "header",
      { class: "labeler-dialog-head" },
      el("h2", {}, name),
      button("Close", () => dialog.close(), "labeler-quiet", "Esc"),
    ),
    el("div", { class: "labeler-dialog-body", tabindex: "0" }, ...content),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose();
  });
  root.append(dialog);
  dialog.showModal();
  return dialog;
}

export const isOpen = (root) => root.querySelector("dialog[open]") != null;

export function openInstructions(root, html, onclose) {
  const frame = drawFrame(html, "Instructions");
  const dialog = open(root, "Instructions", [frame], onclose);
  dialog.classList.add("labeler-wide");
  dialog.querySelector(".labeler-dialog-body").removeAttribute("tabindex");
}

const line = (keys, text) =>
  el(
    "div",
    {},
    el("dt", {}, ...keys.map((key) => el("kbd", {}, key))),
    el("dd", { dir: "auto" }, text),
  );

const part = (title, ...lines) => [
  el("h3", {}, title),
  el("dl", { class: "labeler-keys" }, ...lines),
];

function commandLines(commands, usable, taken) {
  return commands.filter(({ name }) => usable.has(name)).map(
    ({ text, key, shown, also = [], does }) =>
      line([...(taken.has(key) ? [] : [shown]), ...also], `${text}: ${does}`),
  );
}

function classLine({ key, text, about }) {
  const described = el("dd", { dir: "auto" }, el("strong", {}, text));
  if (about) described.append(el("br"), about);
  return el("div", {}, el("dt", {}, key ? el("kbd", {}, key) : null), described);
}

const FOUND =
  "Type the first letters of its name: the classes that have them remain. Enter gives " +
  "the first, ↑ and ↓ go to another, Escape shows all again.";
const ADDED = "What is not a class yet can be added: type it, and choose it as the last.";

const numberLines = ({ about, unit }) => [
  line(["Enter"], `Save what was typed: ${about}`),
  line([], "12.5 and 12,5 are the same; no marks stand between the thousands"),
  line([], unit ? `The unit may be typed too: 12.5 ${unit}` : "No unit is typed"),
  line([], "The keys above are typed into the field as soon as something is in it"),
];

const severalLines = () => [
  line([], "A key chooses a label, or takes it away again"),
  line(["Enter"], "Save what is chosen; where nothing is, that the row has none of them"),
];

const listLines = () => [
  line(["↑", "↓"], "Go to the row above, or below"),
  line(["Page ↑", "Page ↓"], "Go by what is seen, where the rows have the focus"),
  line(["Home", "End"], "Go to the first row, or to the last"),
  line(["Tab"], "Go to the filters, and on to the rows"),
];

// `numbers`: what is said of the numbers that may be given, null where labels are none;
// `usable`: names of commands; `finds`: whether there is a field that finds classes;
// `isListing`: whether the list of rows is open.
export function openHelp(root, told, onclose) {
  const { classes, numbers, kind, commands, isNewAllowed, usable, finds, isListing } = told;
  const taken = new Set(classes.map(({ key }) => key));
  const finding = [
    el("h3", {}, "To find a class"),
    el("p", {}, isNewAllowed ? `${FOUND} ${ADDED}` : FOUND),
  ];
  const zooms = numbers ? [] : ["+", "−", "0"].filter((key) => !taken.has(key));
  open(
    root,
    "Help",
    [
      ...part("Keys", ...commandLines(commands, usable, taken), line(["Esc"], "Close, or go back")),
      ...(finds ? finding : []),
      ...(isListing ? part("The list of rows", ...listLines()) : []),
      ...part(
        isListing ? "The item, where it has the focus" : "The item",
        line(["↑", "↓"], "Scroll by lines; move an image that is zoomed"),
        line(["Space", "Page ↓", "Page ↑"], "Scroll by pages"),
        line(["Home", "End"], "Go to the beginning, or to the end"),
        line(
          zooms,
          `Zoom an image${zooms.length ? ": larger, smaller, all of it. Also" : ""} by ` +
            "Ctrl and the wheel, or by a double click; drag it to see another part",
        ),
      ),
      ...(numbers ? part("The answer", ...numberLines(numbers)) : []),
      ...(kind === "several" ? part("The answer", ...severalLines()) : []),
      ...(numbers ? [] : part("Classes", ...classes.map(classLine))),
    ],
    onclose,
  );
}
