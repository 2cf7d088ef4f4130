// A live call on a page: of who speaks in it, or of who watches.
import { Alpine } from "./site/alpine.js";
import { htmx } from "./site/htmx.js";
import { url } from "./site/page.js";
import { board, clock, points, take } from "./live/board.js";
import { Line } from "./live/line.js";
import { allowed, devices, listen, loudest } from "./live/microphone.js";

const DEVICE = "huiting-microphone"; // which one was used last
const WIDTH = 600;
const HEIGHT = 120;
const NEAR = 40; // pixels from the end within which the transcript is followed
const QUIET = new Set(["NEUTRAL", "EMO_UNKNOWN"]); // how most lines sound: not worth a word
/** @type {Record<string, string>} */
const GRAVE = { fatal: "live-fatal", warning: "live-warning" };
/** @type {Record<string, string[]>} What a device carries. */
const CARRIED = {
  agent: ["agent"],
  both: ["unknown"],
  "agent-customer": ["agent", "customer"],
  "customer-agent": ["customer", "agent"],
};

const means = {
  connect: () => new WebSocket(url("/api/v1/live").replace(/^http/, "ws")),
  later: (/** @type {() => void} */ work, /** @type {number} */ seconds) =>
    setTimeout(work, seconds * 1000),
  never: (/** @type {number} */ timer) => clearTimeout(timer),
};

Alpine.data("live", () => ({
  now: board(),
  state: "idle", // starting, running, ending, over
  connection: "",
  problem: "",
  remedy: "",
  level: 0,
  seconds: 0,
  /** @type {{id: string, label: string}[]} */
  devices: [],
  device: localStorage.getItem(DEVICE) ?? "",
  /** @type {Line | null} */
  line: null,
  /** @type {(() => Promise<void>) | null} */
  silence: null,
  /** @type {EventSource | null} */
  source: null,

  init() {
    const call = this.$root.dataset.call;
    if (call) {
      this.watch(call);
      return;
    }
    if (!allowed()) this.trouble("insecure");
    else this.look();
    addEventListener("beforeunload", (event) => {
      if (["running", "ending"].includes(this.state)) event.preventDefault();
    });
  },
  destroy() {
    this.source?.close();
    this.line?.leave();
  },

  // What the page says.

  /** @param {string} name */
  word(name) {
    const words = this.$root.querySelector("template[data-words]");
    const found =
      words instanceof HTMLTemplateElement && words.content.querySelector(`[data-word="${name}"]`);
    return found ? (found.textContent ?? "") : "";
  },
  get idle() {
    return this.state === "idle" || this.state === "starting";
  },
  get busy() {
    return this.state === "starting" || this.problem === "insecure";
  },
  get running() {
    return this.state === "running";
  },
  get shown() {
    return !this.idle;
  },
  get over() {
    return this.state === "over";
  },
  get status() {
    if (this.now.ended) return this.word(`why-${this.now.ended.why}`);
    if (this.now.away) return this.word("away");
    if (this.state === "ending") return this.word("ending");
    return this.word(this.connection);
  },
  get wrong() {
    return this.now.away || this.connection === "cut";
  },
  get time() {
    return clock(this.now.ended?.duration ?? Math.max(this.seconds, this.now.pulse?.at ?? 0));
  },
  get lines() {
    return this.now.lines.map((line) => ({
      key: line.key,
      time: clock(line.start),
      role: this.roled(line),
      side: line.role === "agent" ? "live-line live-agent" : "live-line",
      text: line.lost ? this.word("lost") : line.text,
      rest: line.rest,
      growing: !line.final,
      emotion: line.emotion && !QUIET.has(line.emotion) ? this.felt(line.emotion) : "",
      grave: line.emotion === "ANGRY",
    }));
  },
  get heard() {
    return this.now.lines.length > 0;
  },
  get cues() {
    return this.now.cues.filter((cue) => cue.on && !this.due(cue)).map((cue) => this.told(cue));
  },
  get owed() {
    return this.now.cues
      .filter((cue) => this.due(cue) && !this.late(cue))
      .map((cue) => ({ ...this.told(cue), done: !cue.on }));
  },
  get calm() {
    return this.cues.length === 0;
  },
  get parties() {
    return this.now.roles.map((role, channel) => {
      const mood = this.now.feelings[channel]?.at(-1);
      const talk = this.now.pulse?.talk?.[channel] ?? 0;
      const rate = this.now.pulse?.rate?.[channel];
      return {
        channel,
        name: this.named(role, channel),
        speaking: Boolean(this.now.speaking[channel]) && !this.now.ended,
        mood: mood ? this.felt(mood.emotion) : this.word("unheard"),
        grave: mood?.emotion === "ANGRY",
        talk: Math.round(talk),
        share: talk / Math.max(1, this.now.pulse?.at ?? 1),
        rate: rate ? Math.round(rate) : "–",
      };
    });
  },
  get quiet() {
    return Math.round(this.now.pulse?.silence ?? 0);
  },
  get overlap() {
    return Math.round(this.now.pulse?.overlap ?? 0);
  },
  get summary() {
    const parts = this.parties.map((party) => `${party.name}: ${party.mood}`);
    return `${this.word("curve")}. ${parts.join("; ")}`;
  },
  /** @param {number} channel */
  curve(channel) {
    const until = Math.max(30, this.seconds, this.now.pulse?.at ?? 0);
    return points(this.now.feelings[channel] ?? [], until, WIDTH, HEIGHT);
  },
  /** @param {number} channel */
  party(channel) {
    return this.parties[channel]?.name ?? "";
  },

  /** @param {import("./live/board.js").Line} line */
  roled(line) {
    return this.named(line.role, line.channel);
  },
  /**
   * @param {string} role
   * @param {number} channel
   */
  named(role, channel) {
    if (role !== "unknown") return this.word(`role-${role}`);
    return this.now.roles.length > 1
      ? `${this.word("channel")} ${channel + 1}`
      : this.word("role-unknown");
  },
  /** @param {string} emotion */
  felt(emotion) {
    return this.word(`emotion-${emotion}`);
  },
  /**
   * Whether a cue is something that must still be said.
   *
   * @param {import("./live/board.js").Cue} cue
   */
  due(cue) {
    return cue.kind === "required";
  },
  /**
   * Whether it is no longer to be said because it is too late: the rule has failed.
   *
   * @param {import("./live/board.js").Cue} cue
   */
  late(cue) {
    const failed = cue.key.replace(/^required:/, "rule:");
    return this.now.cues.some((other) => other.key === failed && other.on);
  },
  /** @param {import("./live/board.js").Cue} cue */
  told(cue) {
    const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    return {
      key: cue.key,
      kind: this.word(`cue-${cue.kind}`),
      text: cue.text[language] ?? cue.text.en ?? "",
      at: clock(cue.at),
      look: `live-cue ${GRAVE[cue.severity] ?? ""}`,
      evidence: cue.evidence.map(({ channel, span, text }) => ({
        key: `${channel}-${span.start}`,
        at: clock(span.start),
        text: text ? `“${text}”` : "",
      })),
      link: cue.link ?? "",
    };
  },

  // Watching.

  /** @param {string} call */
  watch(call) {
    this.now = board(JSON.parse(this.$root.dataset.roles ?? "[]"));
    this.state = "running";
    this.connection = "connecting";
    const query = this.$root.hasAttribute("data-unredacted") ? "?unredacted=true" : "";
    const source = (this.source = new EventSource(url(`/api/v1/live/${call}/events${query}`)));
    source.onopen = () => {
      this.connection = "watching";
    };
    source.onerror = () => {
      if (!this.over) this.connection = source.readyState === EventSource.CLOSED ? "gone" : "cut";
    };
    for (const type of this.kinds()) {
      source.addEventListener(type, (event) => {
        this.learn(Number(event.lastEventId), JSON.parse(event.data));
        if (type === "ended") source.close();
      });
    }
  },
  kinds() {
    const said = ["speech", "partial", "final", "lost", "cue", "pulse"];
    return [...said, "strain", "away", "missed", "ended"];
  },
  /**
   * @param {number} number
   * @param {Record<string, any>} event
   */
  learn(number, event) {
    const box = /** @type {HTMLElement | undefined} */ (this.$refs.transcript);
    const follows = box && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    take(this.now, number, event);
    if (event.type === "ended") this.finish();
    if (box && follows) this.$nextTick(() => box.scrollTo({ top: box.scrollHeight }));
  },
  finish() {
    this.state = "over";
    this.quieten();
    const recording = this.now.ended?.recording;
    if (!recording) return;
    const target = /** @type {Element} */ (this.$refs.done);
    htmx.ajax("get", url(`/live/done/${recording}`), { target, swap: "innerHTML" });
  },

  // Speaking.

  async look() {
    this.devices = await devices();
    if (!this.devices.some((device) => device.id === this.device)) this.device = "";
  },
  async start() {
    const form = new FormData(/** @type {HTMLFormElement} */ (this.$refs.form));
    const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
    const roles = CARRIED[text("carried")] ?? CARRIED.agent;
    this.problem = this.remedy = "";
    this.state = "starting";
    localStorage.setItem(DEVICE, this.device);
    try {
      const wish = { device: this.device, channels: roles.length };
      const microphone = await listen(wish, (samples) => this.spoken(samples));
      this.silence = microphone.stop;
      microphone.ended(() => this.stop());
      this.call({ ...this.wishes(text), rate: microphone.rate, roles });
      this.look();
    } catch (error) {
      this.state = "idle";
      this.trouble(error instanceof DOMException ? error.name : "failed");
    }
  },
  /**
   * @param {(name: string) => string} text
   * @returns {Record<string, any>}
   */
  wishes(text) {
    const named = ["agent", "team", "phone"].map((name) => [name, text(name)]);
    const own = JSON.parse(this.$root.dataset.own ?? "{}");
    return {
      type: "open",
      encoding: "pcm16",
      consent: { yes: true, no: false }[text("consent")] ?? null,
      language: text("language") || null,
      metadata: { ...Object.fromEntries(named.filter(([, value]) => value)), ...own },
    };
  },
  /** @param {Record<string, any>} opening */
  call(opening) {
    this.now = board([...opening.roles]);
    this.seconds = 0;
    this.state = "running";
    const heard = {
      opened: () => {},
      event: (/** @type {number} */ number, /** @type {Record<string, any>} */ event) =>
        this.learn(number, event),
      state: (/** @type {string} */ state) => {
        if (state !== "over") this.connection = state;
      },
      failed: (/** @type {Record<string, any>} */ error) => this.refused(error),
    };
    this.line = new Line(opening, heard, means, Number(this.$root.dataset.gap ?? 30));
    this.rate = opening.rate * opening.roles.length;
  },
  rate: 16000,
  /** @param {Int16Array} samples */
  spoken(samples) {
    if (this.state !== "running") return;
    this.level = loudest(samples);
    this.seconds += samples.length / this.rate;
    this.line?.speak(samples);
  },
  async stop() {
    if (this.state !== "running") return;
    await this.quieten();
    if (this.state !== "running") return;
    this.state = "ending";
    this.line?.finish();
  },
  async quieten() {
    const silence = this.silence;
    this.silence = null;
    this.level = 0;
    await silence?.();
  },
  /** @param {Record<string, any>} error */
  refused(error) {
    this.quieten();
    this.state = this.heard ? "over" : "idle";
    this.problem = error.detail ?? this.word("lost-line");
    this.remedy = error.detail ? "" : this.word("lost-line-remedy");
  },
  /** @param {string} name of what went wrong */
  trouble(name) {
    this.problem = this.word(`problem-${name}`) || this.word("problem-failed");
    this.remedy = this.word(`remedy-${name}`) || this.word("remedy-failed");
    if (name === "insecure") this.state = "starting";
  },
  again() {
    this.state = "idle";
    this.problem = this.remedy = "";
  },
}));
