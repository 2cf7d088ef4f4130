// The line of a live call to the service: audio goes out, what happens comes in. When the
// connection is cut it is made again, and audio goes on from where the service has it.

const PAUSES = [0.5, 1, 2, 4, 5]; // seconds before each next try
const BEAT = 15; // seconds without audio after which to say that we are there
const NORMAL = 1000;

/**
 * @typedef {object} Means
 * @property {() => any} connect makes a WebSocket
 * @property {(work: () => void, seconds: number) => any} later
 * @property {(timer: any) => void} never takes `later` back
 */
/**
 * @typedef {object} Heard
 * @property {(call: Record<string, any>) => void} opened
 * @property {(number: number, event: Record<string, any>) => void} event
 * @property {(state: "connecting" | "open" | "cut" | "over") => void} state
 * @property {(error: Record<string, any>) => void} failed
 */

export class Line {
  /**
   * @param {Record<string, any>} opening the first message
   * @param {Heard} heard
   * @param {Means} means
   * @param {number} gap seconds that the service waits for who was cut off
   */
  constructor(opening, heard, means, gap = 30) {
    this.opening = opening;
    this.heard = heard;
    this.means = means;
    this.gap = gap;
    this.key = "";
    this.after = 0;
    this.tries = 0;
    this.waited = 0;
    this.open = false;
    this.over = false;
    this.finished = false;
    /** @type {{at: number, data: Uint8Array}[]} what the service may not have yet */
    this.held = [];
    this.size = 0; // bytes that were spoken
    this.sent = 0; // bytes that were sent over this connection or are known to be there
    /** @type {any} */
    this.beat = null;
    this.connect();
  }

  /** @param {ArrayBuffer | Int16Array} audio */
  speak(audio) {
    if (this.over || this.finished) return;
    const data =
      audio instanceof Int16Array
        ? new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength)
        : new Uint8Array(audio);
    this.held.push({ at: this.size, data });
    this.size += data.byteLength;
    this.flush();
  }

  /** Say that the call is over; what happens until its end still comes. */
  finish() {
    if (this.over || this.finished) return;
    this.finished = true;
    if (this.open) this.say({ type: "finish" });
  }

  /** Leave without a word; the service keeps what it has. */
  leave() {
    this.stop();
    this.socket?.close(NORMAL);
  }

  connect() {
    this.heard.state("connecting");
    const socket = (this.socket = this.means.connect());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.say(this.key ? { type: "resume", key: this.key, after: this.after } : this.opening);
    };
    socket.onmessage = (/** @type {{data: string}} */ message) => {
      if (socket === this.socket) this.take(JSON.parse(message.data));
    };
    socket.onclose = (/** @type {{code: number}} */ { code }) => {
      if (socket === this.socket) this.cut(code);
    };
  }

  /** @param {Record<string, any>} message */
  take(message) {
    if (message.type === "opened") {
      this.key = message.key;
      this.open = true;
      this.tries = this.waited = 0;
      this.safe(message.received);
      this.sent = message.received;
      this.heard.opened(message);
      this.heard.state("open");
      this.flush();
      if (this.finished) this.say({ type: "finish" });
      else this.live();
    } else if (message.type === "received") {
      this.safe(message.bytes);
    } else if (message.type === "event") {
      this.after = Math.max(this.after, message.number);
      this.heard.event(message.number, message.event);
      if (message.event.type === "ended") this.stop();
    } else if (message.type === "error") {
      this.error = message;
    }
  }

  /**
   * Forget what the service has.
   *
   * @param {number} size
   */
  safe(size) {
    this.held = this.held.filter(({ at, data }) => at + data.byteLength > size);
  }

  flush() {
    if (!this.open) return;
    for (const { at, data } of this.held) {
      const done = Math.max(0, this.sent - at);
      if (done >= data.byteLength) continue;
      this.socket.send(done ? data.subarray(done) : data);
      this.sent = at + data.byteLength;
      this.spoke = true;
    }
  }

  /** Say now and then that we are there, when there is nothing to send. */
  live() {
    this.means.never(this.beat);
    this.beat = this.means.later(() => {
      if (!this.open || this.over) return;
      if (!this.spoke) this.say({ type: "ping" });
      this.spoke = false;
      this.live();
    }, BEAT);
  }

  /** @param {number} code */
  cut(code) {
    this.open = false;
    this.means.never(this.beat);
    if (this.over) return;
    const refused = this.error && code !== 4408;
    const pause = PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    if (refused || !this.key || this.waited >= this.gap) {
      this.stop();
      this.heard.failed(this.error ?? { code: "cut" });
      return;
    }
    this.tries += 1;
    this.waited += pause;
    this.heard.state("cut");
    this.means.later(() => {
      if (!this.over) this.connect();
    }, pause);
  }

  stop() {
    this.over = true;
    this.open = false;
    this.held = [];
    this.means.never(this.beat);
    this.heard.state("over");
  }

  /** @param {Record<string, any>} message */
  say(message) {
    this.socket.send(JSON.stringify(message));
  }
}
