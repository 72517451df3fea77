// Talking to the server: one request at a time, in the order in which the customer acted.

import { say } from "./words.js";

const PATIENCE = 20_000;

// What went wrong, in words for the person at the page.
export class Trouble extends Error {}

export const read = (path, query) => ask(query ? `${path}?${new URLSearchParams(query)}` : path);

export const tell = (path, body) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  } catch (fault) {
    // After a timeout the server may have acted: only the records can tell.
    throw new Trouble(say(fault.name === "TimeoutError" ? "playground.error.timeout" : "playground.error.network"));
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  throw new Trouble(answer?.error ?? say("playground.error.timeout"));
}

let last = Promise.resolve();

// Puts a piece of work behind all work before it; nothing overtakes, nothing is dropped.
export function inOrder(work) {
  last = last.then(work, work);
  return last;
}
