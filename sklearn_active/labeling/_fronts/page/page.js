// The labeling page. `mount` draws it into an element; whoever mounts it brings `send`:
// (action, body) -> promise of {status, body}, and `keys`: where keys are listened to.

import { Labeler } from "./labeler.js";

export function mount(root, { send, keys }) {
  const labeler = new Labeler(root, { send, alone: keys === document });
  const listeners = [
    [keys, "keydown", (event) => labeler.onKey(event)],
    [window, "beforeunload", (event) => labeler.requests.unsaved && event.preventDefault()],
    [window, "blur", () => labeler.leaveFrame()],
  ];
  for (const [target, kind, listener] of listeners)
    target.addEventListener(kind, listener);
  labeler.begin();
  return () => {
    for (const [target, kind, listener] of listeners)
      target.removeEventListener(kind, listener);
    labeler.destroy();
  };
}
