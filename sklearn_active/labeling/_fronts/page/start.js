// The page on its own: take the token out of the address, and send requests by HTTP.

import { mount } from "./page.js";
import { patienceOf } from "./requests.js";

const TOKEN = "labeling-token";
const TRUSTED = 100; // ms after a reply, in which nobody else has come to listen here

async function post(action, body, headers = {}) {
  const response = await fetch(`/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    credentials: "omit",
    signal: AbortSignal.timeout(patienceOf(action)),
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

// The program may be gone, and another one listen here. Only ours knows the token, and can
// say so without telling it: then the page shows its token, and what was answered.
async function isOurs(key) {
  const encoded = (text) => new TextEncoder().encode(text);
  const hex = (bytes) => Array.from(bytes, (n) => n.toString(16).padStart(2, "0")).join("");
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  const { status, body } = await post("hello", { nonce });
  if (status !== 200) throw new Error("another program listens here");
  const kind = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", encoded(key), kind, false, ["sign"]);
  const said = encoded(`${location.port} ${nonce}`);
  const proof = await crypto.subtle.sign("HMAC", secret, said);
  return body.proofs.includes(hex(new Uint8Array(proof)));
}

let trustedUntil = -Infinity;

async function send(action, body) {
  const key = await known;
  if (key && performance.now() > trustedUntil && !(await isOurs(key)))
    return { status: 401, body: { error: "The program was started anew." } };
  const asked = performance.now();
  trustedUntil = -Infinity; // where there is no reply
  const reply = await post(action, body, { "X-Labeling-Token": key });
  trustedUntil = asked + TRUSTED;
  return reply;
}

let known = token();
addEventListener("hashchange", () => {
  if (location.hash.length > 1) {
    known = token();
    location.reload();
  }
});
mount(document.getElementById("labeler"), { keys: document, send });
