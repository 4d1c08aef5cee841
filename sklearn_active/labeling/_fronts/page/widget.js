// In a notebook: requests go to the kernel as messages.

import { mount } from "./page.js";
import { patienceOf } from "./requests.js";

// JupyterLab says on its body which theme it has; elsewhere the system's is followed.
function followTheme(host) {
  const follow = () => {
    const { jpThemeLight } = document.body.dataset;
    host.style.colorScheme = { true: "light", false: "dark" }[jpThemeLight] ?? "";
  };
  const observer = new MutationObserver(follow);
  observer.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  follow();
  return () => observer.disconnect();
}

// In a shadow root, where the notebook's styles don't reach, and ours don't leave.
function shelter(el, styles) {
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  shadow.adoptedStyleSheets = [sheet];

  // Seen from outside, what happens in the shadow root happens to its host: it says
  // that "d d" doesn't delete the cell, and lets no key out to who doesn't ask.
  host.dataset.lmSuppressShortcuts = "true";
  for (const kind of ["keydown", "keypress", "keyup"])
    host.addEventListener(kind, (event) => event.stopPropagation());

  const root = document.createElement("div");
  root.tabIndex = 0; // a click anywhere in it gives it the keys
  shadow.append(root);
  el.append(host);
  return { host, root };
}

function talkTo(model) {
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
      }, patienceOf(action));
      model.send({ id, action, body });
    });
  return { send, hangUp: () => model.off("msg:custom", receive) };
}

function render({ model, el }) {
  const { host, root } = shelter(el, model.get("_styles"));
  const leaveTheme = followTheme(host);
  const { send, hangUp } = talkTo(model);
  const unmount = mount(root, { keys: root, send });
  return () => {
    hangUp();
    leaveTheme();
    unmount();
    host.remove();
  };
}

export default { render };
