// What a key means, and the commands that have one.

export const ANEW = 1500; // ms after a dropped key: what is given then begins anew

export const COMMANDS = [
  {
    name: "undo",
    text: "Undo",
    key: "ArrowLeft",
    shown: "←",
    also: ["Backspace", "Ctrl+Z"],
    does: "takes back the last answer",
  },
  {
    name: "skip",
    text: "Skip",
    key: "ArrowRight",
    shown: "→",
    does: "goes on, and leaves this one without a label",
  },
  {
    name: "flag",
    text: "Flag",
    key: "!",
    shown: "!",
    does: "marks this one, to be looked at again",
  },
  {
    name: "guess",
    text: "Show the guess",
    key: ".",
    shown: ".",
    does: "shows what the model would answer",
  },
  {
    name: "earlier",
    text: "Change earlier",
    key: ",",
    shown: ",",
    does: "goes back to an earlier answer, to change it",
  },
  {
    name: "list",
    text: "All rows",
    key: "/",
    shown: "/",
    does: "opens the list of all rows: search, filter, review",
  },
  {
    name: "similar",
    text: "More like this",
    key: "*",
    shown: "*",
    does: "opens the list of rows without a label, those most like this one first",
  },
  { name: "help", text: "Help", key: "?", shown: "?", does: "shows this" },
];

// Other keys for some commands, and none of those in `without`.
export const commandsWith = (keys, without) =>
  COMMANDS.map((command) => ({
    ...command,
    key: keys[command.name] ?? command.key,
    shown: keys[command.name] ?? command.shown,
    also: (command.also ?? []).filter((key) => !without.includes(key)),
  }));

const MOVES = new Set([
  "ArrowUp",
  "ArrowDown",
  "PageUp",
  "PageDown",
  "Home",
  "End",
  " ",
]);
const ZOOMS = { "+": "in", "=": "in", "-": "out", 0: "fit" };
const LINE = 60; // px

// Return {given: a class}, {saves: true}: what was chosen, {command: a name},
// {leaves: true}, {moves: true}, {zooms: how}, {finds: true}: it is typed into the field
// of the answers, or null.
export function meaningOf(event, answers) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "z")
    return { command: "undo" };
  if (ctrlKey || metaKey || (altKey && key.length > 1)) return null;
  const own = answers.meaningOf(event);
  if (own) return own;
  if (key === "Escape") return { leaves: true };
  const isOf = (command) => command.key === key || command.also?.includes(key);
  const name = answers.commands.find(isOf)?.name;
  if (name) return { command: name };
  if (MOVES.has(key)) return { moves: true };
  if (key in ZOOMS) return { zooms: ZOOMS[key] };
  return /^\p{L}$/u.test(key) ? { finds: true } : null;
}

// How far down a key goes, where `height` is seen at once.
export function distanceOf({ key, shiftKey }, height) {
  const page = Math.max(height - LINE, LINE); // the last lines are seen again
  const down = {
    ArrowUp: -LINE,
    ArrowDown: LINE,
    PageUp: -page,
    PageDown: page,
    " ": shiftKey ? -page : page,
    Home: -1e7,
    End: 1e7,
  };
  return down[key];
}
