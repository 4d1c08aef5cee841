// In a notebook: requests go to the kernel as messages.

import { mount } from "./page.js";

const PATIENCE_OF_WIDGET = 15000; // ms until a request counts as failed

function render({ model, el }) {
  const waiting = new Map();
  const receive = ({ id, status, body }) => {
    waiting.get(id)?.({ status, body });
    waiting.delete(id);
  };
  model.on("msg:custom", receive);

  let last = 0;
  const name = Math.random().toString(36).slice(2); // of this view, among others
  const send = (action, body) =>
    new Promise((resolve, reject) => {
      const id = `${name}-${++last}`;
      waiting.set(id, resolve);
      setTimeout(() => {
        waiting.delete(id);
        reject(new Error("the kernel does not answer"));
      }, PATIENCE_OF_WIDGET);
      model.send({ id, action, body });
    });

  const root = document.createElement("div");
  root.tabIndex = 0;
  root.dataset.lmSuppressShortcuts = "true"; // "d d" would delete the cell
  el.append(root);
  const unmount = mount(root, { keys: root, send });
  return () => {
    model.off("msg:custom", receive);
    unmount();
  };
}

export default { render };
