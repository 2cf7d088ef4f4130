// Handing in recordings: what is chosen, dropped or recorded is looked at, sent, and watched.
import { Alpine } from "./site/alpine.js";
import { htmx } from "./site/htmx.js";
import { ask, url } from "./site/page.js";
import { Queue } from "./hand_in/queue.js";
import { filesOf } from "./hand_in/folders.js";
import { digest } from "./upload/digest.js";
import { send } from "./upload/tus.js";
import { record } from "./record/microphone.js";

const SHOWN = 200; // rows; the others are counted
const LEFT = "huiting-left"; // how many files were chosen and not sent yet; never their names

const means = {
  ask,
  memory: localStorage,
  wait: (/** @type {number} */ seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
};

/** @param {number} bytes */
function size(bytes) {
  const mega = bytes / 1e6;
  return mega >= 1 ? `${mega.toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

Alpine.data("handIn", () => ({
  over: false,
  recording: false,
  recorded: "",
  level: 0,
  paused: false,
  batch: "",
  /** @type {import("./hand_in/queue.js").Entry[]} */
  files: [],
  left: Number(localStorage.getItem(LEFT) ?? 0) || 0,
  /** @type {Queue | null} */
  queue: null,
  /** @type {(() => Promise<Blob>) | null} */
  ending: null,

  get single() {
    return this.$root.hasAttribute("data-single");
  },
  get place() {
    return url(`/batches/${this.batch}`);
  },
  get sending() {
    return this.files.some((file) => ["waiting", "reading", "sending"].includes(file.state));
  },
  get total() {
    return this.files.reduce((sum, file) => sum + file.blob.size, 0) || 1;
  },
  get sent() {
    return this.files.reduce((sum, file) => sum + file.sent, 0);
  },
  get summary() {
    const done = this.files.filter((file) => ["sent", "known"].includes(file.state)).length;
    return this.word("summary")
      .replace("{done}", String(done))
      .replace("{all}", String(this.files.length));
  },
  get hidden() {
    const more = this.files.length - SHOWN;
    return more > 0 ? this.word("more").replace("{count}", String(more)) : "";
  },
  get shown() {
    // what needs somebody first, then what is under way
    const rank = { failed: 0, known: 1, sending: 2, reading: 3, waiting: 4, sent: 5 };
    const files = [...this.files].sort((a, b) => rank[a.state] - rank[b.state]).slice(0, SHOWN);
    return files.map((file) => ({
      number: file.number,
      name: file.name,
      size: size(file.blob.size),
      state: this.told(file),
      place: file.recording && !this.single ? url(`/calls/${file.recording}`) : "",
      known: file.state === "known" && !this.single,
      failed: file.state === "failed",
    }));
  },

  /** @param {string} name */
  word(name) {
    const words = this.$root.querySelector("template[data-words]");
    const found =
      words instanceof HTMLTemplateElement && words.content.querySelector(`[data-word="${name}"]`);
    return found ? (found.textContent ?? "") : name;
  },
  /** @param {import("./hand_in/queue.js").Entry} file */
  told(file) {
    if (file.state === "sending") {
      return `${this.word("sending")} ${Math.floor((100 * file.sent) / Math.max(1, file.blob.size))}%`;
    }
    return file.why ? `${this.word(file.state)}: ${file.why}` : this.word(file.state);
  },
  noop() {},

  /** @param {Event} event */
  chosen(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.take([...(input.files ?? [])]);
    input.value = "";
  },
  /** @param {DragEvent} event */
  async dropped(event) {
    this.over = false;
    if (event.dataTransfer) this.take(await filesOf(event.dataTransfer));
  },
  async microphone() {
    if (this.ending) {
      const blob = await this.ending();
      this.ending = null;
      this.recording = false;
      this.take([
        new File([blob], `${this.word("microphone")} ${new Date().toLocaleString("sv")}.wav`),
      ]);
      return;
    }
    try {
      const began = Date.now();
      this.ending = await record((level) => {
        this.level = level;
        this.recorded = `${Math.floor((Date.now() - began) / 1000)} s`;
      });
      this.recording = true;
    } catch (error) {
      this.recorded = this.word("refused") + (error instanceof Error ? error.message : "");
    }
  },

  /** @param {File[]} files */
  take(files) {
    if (!files.length) return;
    this.forget();
    this.queue ??= new Queue({
      known: (/** @type {string[]} */ ids) => this.known(ids),
      digest,
      begin: (/** @type {number} */ count) => this.begin(count),
      send: (/** @type {import("./upload/tus.js").Sending} */ sending) => send(sending, means),
      changed: (/** @type {import("./hand_in/queue.js").Entry[]} */ entries) =>
        this.changed(entries),
    });
    this.queue.add(files);
  },
  /** @param {import("./hand_in/queue.js").Entry[]} entries */
  changed(entries) {
    this.files = entries;
    const open = entries.filter((file) => ["waiting", "reading", "sending"].includes(file.state));
    localStorage.setItem(LEFT, String(open.length));
    const last = entries.at(-1);
    if (this.single && last?.recording && last.state !== "failed") this.watch(last.recording);
  },
  /** @param {string[]} recordings */
  async known(recordings) {
    const answer = await ask("/hand-in/known", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ recordings }),
    });
    return answer.ok ? (await answer.json()).known : [];
  },
  /**
   * What the service is told of every file; several together are a batch.
   *
   * @param {number} count
   * @returns {Promise<Record<string, string>>}
   */
  async begin(count) {
    const form = new FormData(/** @type {HTMLFormElement} */ (this.$refs.options));
    const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
    if (!this.batch && !this.single && (count > 1 || text("batch"))) {
      const answer = await ask("/api/v1/batches", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name: text("batch") }),
      });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      this.batch = (await answer.json()).id;
    }
    const own = Object.fromEntries(
      ["agent", "team"].map((name) => [name, text(name)]).filter(([, value]) => value),
    );
    const said = {
      batch: this.batch,
      language: text("language"),
      hotwords: text("hotwords"),
      engine: text("engine"),
      metadata: Object.keys(own).length ? JSON.stringify(own) : "",
    };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  },

  pause() {
    this.paused = true;
    this.queue?.pause();
  },
  resume() {
    this.paused = false;
    this.queue?.resume();
  },
  /** @param {number} number */
  again(number) {
    this.queue?.again(number);
  },
  /** @param {number} number */
  anyway(number) {
    this.queue?.again(number, true);
  },
  forget() {
    this.left = 0;
    localStorage.removeItem(LEFT);
  },
  /** @param {string} recording */
  watch(recording) {
    const target = /** @type {Element} */ (this.$refs.dropped);
    if (target.getAttribute("data-recording") === recording) return;
    target.setAttribute("data-recording", recording);
    htmx.ajax("get", url(`/drop/${recording}`), { target, swap: "innerHTML" });
  },
}));
