// Requests to the program: each has a name of its own, so that it counts once.

import { pause } from "./dom.js";

const MINUTE = 60000; // ms

const FITS_MODELS = new Set(["estimate", "find"]);

// After so many ms a request counts as failed.
export const patienceOf = (action) =>
  FITS_MODELS.has(action) ? 10 * MINUTE : MINUTE / 4;

const FIRST_RETRY = 500;
const LAST_RETRY = 4000;

function newName() {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (n) => n.toString(36)).join("-");
}

export class Requests {
  constructor(send) {
    this.send = send;
    this.busy = true; // while a request is under way nothing else is answered
    this.unsaved = false;
    this.ended = false;
  }

  // For what can be asked again: null where there is no connection.
  async once(action, body = {}) {
    try {
      return await this.send(action, body);
    } catch {
      return null;
    }
  }

  // Send until there is an answer; `failed` is told of each time that there was none.
  async untilAnswered(action, body, failed) {
    this.busy = true;
    const named = { ...body, request: newName() };
    let wait = FIRST_RETRY;
    for (;;) {
      const reply = await this.once(action, named);
      if (this.ended) return null;
      if (reply && reply.status < 500) return reply;
      failed(reply?.body?.error);
      await pause(wait);
      if (this.ended) return null;
      wait = Math.min(2 * wait, LAST_RETRY);
    }
  }
}

// The program was started anew, or its session closed.
export const isOver = (reply) => reply?.status === 401 || reply?.status === 410;
