// Small tools for what stands on the page.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function button(text, onclick, kind = "", key = null) {
  const hint = key == null ? null : el("kbd", { "aria-hidden": "true" }, key);
  return el("button", { type: "button", class: kind, onclick }, hint, text);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A tab in the background draws nothing, so don't wait for it for ever.
export const painted = () =>
  Promise.race([new Promise((resolve) => requestAnimationFrame(resolve)), pause(100)]);

// 199 of 200 is not all.
export const percent = (share) =>
  `${Math.min(Math.round(100 * share), share < 1 ? 99 : 100)}\u00a0%`;

// In a notebook the page may stand in a shadow root: the document sees only its host.
export const focusedIn = (root) => root.getRootNode().activeElement;
