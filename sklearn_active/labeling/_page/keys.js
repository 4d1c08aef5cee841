// What a key means, and the commands that have one.

export const COMMANDS = [
  { name: "undo", text: "Undo", key: "ArrowLeft", shown: "←" },
  { name: "skip", text: "Skip", key: "ArrowRight", shown: "→" },
  { name: "flag", text: "Flag", key: "!", shown: "!" },
  { name: "guess", text: "Show the guess", key: "?", shown: "?" },
  { name: "other", text: "Other…", key: "+", shown: "+" },
  { name: "earlier", text: "Change earlier", key: ",", shown: "," },
];

// Return {given: a class}, {command: a name}, {leaves: true}, or null.
export function meaningOf({ key, ctrlKey, metaKey, altKey, shiftKey }, classes) {
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "z")
    return { command: "undo" };
  if (ctrlKey || metaKey || (altKey && key.length > 1)) return null;
  const given =
    classes.find((c) => c.key === key) ??
    classes.find((c) => key.length === 1 && c.key === key.toLowerCase());
  if (given) return { given };
  if (key === "Escape") return { leaves: true };
  const name = key === "Backspace" ? "undo" : COMMANDS.find((c) => c.key === key)?.name;
  return name ? { command: name } : null;
}
