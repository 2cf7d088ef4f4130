// How a recording comes to be measured, and what was measured of it. Knows no page.
import { digest } from "../upload/digest.js";
import { send } from "../upload/tus.js";
import { ask } from "../site/page.js";

const EVERY = 700; // milliseconds between two looks

/**
 * @typedef {object} Told what the service says of a recording
 * @property {string} recording
 * @property {string | null} name
 * @property {string} state
 * @property {string | null} stage
 * @property {number} done
 * @property {{reason: string, remedy: string} | null} trouble
 * @property {number | null} duration
 * @property {number | null} hop
 * @property {{channel: number, duration: number, frames: number}[]} tracks
 *
 * @typedef {import("./regions.js").Track & {channel: number, loud: Uint8Array}} Measured
 */

const means = {
  ask,
  memory: localStorage,
  wait: (/** @type {number} */ seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
};

/**
 * Send a file, unless it was measured before; return its id.
 *
 * @param {File} file
 * @param {(share: number) => void} progress
 */
export async function sent(file, progress) {
  const id = await digest(file);
  const known = await answered("/vad/known", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ recording: id }),
  });
  if (known.known) return id;
  const arrived = await send(
    {
      file,
      key: `speech ${id}`,
      metadata: { filename: file.name, use: "speech" },
      progress: (bytes) => progress(bytes / Math.max(1, file.size)),
    },
    means,
  );
  return arrived.recording;
}

/**
 * Have a recording measured, and wait for it.
 *
 * @param {string} id
 * @param {(told: Told) => void} progress
 * @returns {Promise<Told>}
 */
export async function measured(id, progress) {
  let told = await answered(`/api/v1/speech/${id}`, { method: "POST" });
  while (!["done", "failed", "cancelled"].includes(told.state)) {
    progress(told);
    await new Promise((done) => setTimeout(done, EVERY));
    told = await answered(`/api/v1/speech/${id}`);
  }
  return told;
}

/**
 * Return the tracks of a recording that was measured.
 *
 * @param {Told} told
 * @returns {Promise<Measured[]>}
 */
export async function tracksOf(told) {
  const answer = await checked(await ask(`/api/v1/speech/${told.recording}/frames`));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let at = 0;
  return told.tracks.map(({ channel, duration, frames }) => {
    const likely = bytes.subarray(at, at + frames);
    const loud = bytes.subarray(at + frames, at + 2 * frames);
    at += 2 * frames;
    return { channel, duration, hop: told.hop ?? 1, likely, loud };
  });
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function answered(path, init) {
  return (await checked(await ask(path, init))).json();
}

/** @param {Response} answer */
async function checked(answer) {
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? problem.title ?? `${answer.status}`);
}
