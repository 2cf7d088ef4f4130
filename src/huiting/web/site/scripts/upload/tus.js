// One resumable upload (tus 1.0): it goes on where it stopped, also after the page was closed.
// Knows no page: how to ask, where to remember and how to wait are arguments.

const VERSION = { "Tus-Resumable": "1.0.0" };
const PIECE = 4 << 20; // bytes sent at a time
const WAITS = [1, 2, 5, 10, 20, 30]; // seconds before each next try

/**
 * @typedef {object} Means
 * @property {(path: string, init: RequestInit) => Promise<Response>} ask
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} memory
 * @property {(seconds: number) => Promise<void>} wait
 *
 * @typedef {object} Sending
 * @property {Blob} file
 * @property {string} key what the file is remembered by, such as its digest
 * @property {Record<string, string>} metadata what the service is told of it
 * @property {(sent: number) => void} [progress] hears how many bytes are there
 * @property {AbortSignal} [signal] stops it; sent again, it goes on
 *
 * @typedef {object} Arrived
 * @property {string} recording
 * @property {number} job
 */

/**
 * Send a file.
 *
 * @param {Sending} sending
 * @param {Means} means
 * @returns {Promise<Arrived>}
 * @throws {Refused} when the service does not take it
 */
export async function send(sending, means) {
  for (let failures = 0; ;) {
    sending.signal?.throwIfAborted();
    try {
      return await once(sending, means, () => {
        failures = 0;
      });
    } catch (error) {
      if (error instanceof Refused || sending.signal?.aborted || failures >= WAITS.length)
        throw error;
      await means.wait(WAITS[failures]);
      failures += 1;
    }
  }
}

/** The service says no; trying again would not help. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} text
   */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/**
 * @param {Sending} sending
 * @param {Means} means
 * @param {() => void} moved
 */
async function once(sending, means, moved) {
  const { file, key, progress, signal } = sending;
  let { place, offset } = await begun(sending, means);
  for (;;) {
    const body = file.slice(offset, offset + PIECE);
    const headers = {
      ...VERSION,
      "Upload-Offset": String(offset),
      "Content-Type": "application/offset+octet-stream",
    };
    const answer = await checked(
      await means.ask(place, { method: "PATCH", headers, body, signal }),
    );
    offset = Number(answer.headers.get("Upload-Offset"));
    progress?.(offset);
    moved();
    if (offset >= file.size) {
      means.memory.removeItem(key);
      return arrived(answer);
    }
  }
}

/**
 * @param {Sending} sending
 * @param {Means} means
 * @returns {Promise<{place: string, offset: number}>}
 */
async function begun({ file, key, metadata, signal }, { ask, memory }) {
  const known = memory.getItem(key);
  if (known) {
    const answer = await ask(known, {
      method: "HEAD",
      headers: VERSION,
      signal,
    });
    if (answer.ok)
      return {
        place: known,
        offset: Number(answer.headers.get("Upload-Offset")),
      };
    if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    memory.removeItem(key); // it has expired
  }
  const headers = {
    ...VERSION,
    "Upload-Length": String(file.size),
    "Upload-Metadata": encoded(metadata),
  };
  const answer = await checked(await ask("/api/v1/uploads", { method: "POST", headers, signal }));
  const place = answer.headers.get("Location") ?? "";
  memory.setItem(key, place);
  return { place, offset: 0 };
}

/** @param {Response} answer */
function arrived(answer) {
  return {
    recording: answer.headers.get("Huiting-Recording") ?? "",
    job: Number(answer.headers.get("Huiting-Job")),
  };
}

/**
 * @param {Response} answer
 * @returns {Promise<Response>}
 */
async function checked(answer) {
  if (answer.ok) return answer;
  const again = answer.status >= 500 || [408, 409, 423, 429].includes(answer.status);
  const text = await answer.text();
  throw again ? new Error(text) : new Refused(answer.status, text);
}

/**
 * Return metadata as tus wants it: pairs of a name and its value in base64.
 *
 * @param {Record<string, string>} metadata
 */
export function encoded(metadata) {
  const pairs = Object.entries(metadata).map(([name, value]) => {
    const bytes = String.fromCharCode(...new TextEncoder().encode(value));
    return `${name} ${btoa(bytes)}`;
  });
  return pairs.join(",");
}
