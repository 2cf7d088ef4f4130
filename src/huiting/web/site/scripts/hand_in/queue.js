// Files on their way: looked at, compared with what is there, sent a few at a time.
// Knows no page: how to ask and what to do with changes are arguments.
import { Refused } from "../upload/tus.js";

const TOGETHER = 3; // files that are sent at a time
const ASKED = 100; // digests that are asked about at a time

/**
 * @typedef {"waiting" | "reading" | "sending" | "sent" | "known" | "failed"} State
 * @typedef {object} Entry
 * @property {number} number
 * @property {string} name
 * @property {Blob} blob
 * @property {State} state
 * @property {number} sent bytes
 * @property {string} recording its id, once that is known
 * @property {string} why it failed
 * @property {boolean} anyway sent though it is a call already
 *
 * @typedef {object} Means
 * @property {(ids: string[]) => Promise<string[]>} known
 * @property {(file: Blob) => Promise<string>} digest
 * @property {(count: number) => Promise<Record<string, string>>} begin what is told of every file
 * @property {(sending: import("../upload/tus.js").Sending) => Promise<{recording: string}>} send
 * @property {(entries: Entry[]) => void} changed
 */

export class Queue {
  /** @param {Means} means */
  constructor(means) {
    this.means = means;
    /** @type {Entry[]} */
    this.entries = [];
    this.running = 0;
    this.paused = false;
    this.stopping = new AbortController();
    /** @type {Promise<Record<string, string>> | null} */
    this.said = null;
  }

  /** @param {(File | Blob)[]} files */
  add(files) {
    for (const blob of files) {
      const path = "webkitRelativePath" in blob ? blob.webkitRelativePath : "";
      const name = path || ("name" in blob ? blob.name : "");
      this.entries.push({
        number: this.entries.length,
        name,
        blob,
        state: "waiting",
        sent: 0,
        recording: "",
        why: "",
        anyway: false,
      });
    }
    this.said = null; // what the form says now holds for these
    this.changed();
    void this.look().then(() => this.go());
  }

  /** Stop sending; what is there stays there. */
  pause() {
    this.paused = true;
    this.stopping.abort();
  }

  resume() {
    this.paused = false;
    this.stopping = new AbortController();
    this.go();
  }

  /**
   * @param {number} number
   * @param {boolean} [anyway]
   */
  again(number, anyway = false) {
    const entry = this.entries[number];
    Object.assign(entry, { state: "waiting", why: "", anyway });
    this.changed();
    this.go();
  }

  /** Compare what waits with what is there, many at a time, before anything is sent. */
  async look() {
    const waiting = this.entries.filter((entry) => entry.state === "waiting" && !entry.recording);
    for (let at = 0; at < waiting.length; at += ASKED) {
      const some = waiting.slice(at, at + ASKED);
      for (const entry of some) await this.read(entry);
      const ids = some.map((entry) => entry.recording).filter(Boolean);
      const known = new Set(ids.length ? await this.means.known(ids).catch(() => []) : []);
      for (const entry of some) {
        if (entry.state !== "reading") continue;
        entry.state = known.has(entry.recording) ? "known" : "waiting";
        entry.sent = entry.state === "known" ? entry.blob.size : 0;
      }
      this.changed();
      this.go();
    }
  }

  /** @param {Entry} entry */
  async read(entry) {
    entry.state = "reading";
    this.changed();
    try {
      entry.recording = await this.means.digest(entry.blob);
    } catch (error) {
      this.fail(entry, error);
    }
  }

  /** Send what waits, a few at a time. */
  go() {
    while (!this.paused && this.running < TOGETHER) {
      const next = this.entries.find((entry) => entry.state === "waiting" && entry.recording);
      if (!next) return;
      this.running += 1;
      void this.send(next).finally(() => {
        this.running -= 1;
        this.go();
      });
    }
  }

  /** @param {Entry} entry */
  async send(entry) {
    entry.state = "sending";
    this.changed();
    const { signal } = this.stopping;
    try {
      this.said ??= this.means.begin(this.entries.length);
      const metadata = { filename: entry.name, ...(await this.said) };
      const progress = (/** @type {number} */ bytes) => {
        entry.sent = bytes;
        this.changed();
      };
      const key = `huiting-upload-${entry.recording}`;
      await this.means.send({ file: entry.blob, key, metadata, progress, signal });
      entry.state = "sent";
      entry.sent = entry.blob.size;
    } catch (error) {
      if (signal.aborted) entry.state = "waiting";
      else this.fail(entry, error);
    }
    this.changed();
  }

  /**
   * @param {Entry} entry
   * @param {unknown} error
   */
  fail(entry, error) {
    this.said = null;
    entry.state = "failed";
    entry.why = reason(error);
  }

  changed() {
    this.means.changed([...this.entries]);
  }
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof Refused)) return error.message;
  try {
    return JSON.parse(error.message).detail ?? error.message;
  } catch {
    return error.message;
  }
}
