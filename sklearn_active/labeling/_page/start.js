// The page on its own: take the token out of the address, and send requests by HTTP.

import { mount } from "./page.js";

const TOKEN = "labeling-token";
const PATIENCE = 15000; // ms until a request counts as failed

async function post(action, body, headers = {}) {
  const response = await fetch(`/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE),
  });
  return { status: response.status, body: await response.json() };
}

// A reload finds the token in this tab's memory; the address doesn't show it any more.
async function token() {
  const given = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  if (given.startsWith("once=")) {
    const { status, body } = await post("enter", { ticket: given.slice(5) });
    if (status === 200) sessionStorage.setItem(TOKEN, body.token);
  } else if (given) {
    sessionStorage.setItem(TOKEN, given);
  }
  return sessionStorage.getItem(TOKEN) ?? "";
}

let known = token();
addEventListener("hashchange", () => {
  if (location.hash.length > 1) {
    known = token();
    location.reload();
  }
});
mount(document.getElementById("labeler"), {
  keys: document,
  send: async (action, body) =>
    post(action, body, { "X-Labeling-Token": await known }),
});
