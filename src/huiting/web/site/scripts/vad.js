// Trying options of the voice detector: a recording is measured once, then every slider shows at
// once what it does.
import { Alpine } from "./site/alpine.js";
import { url } from "./site/page.js";
import { clock } from "./call/page.js";
import { filesOf } from "./hand_in/folders.js";
import { Bench } from "./vad/bench.js";
import { measured, sent, tracksOf } from "./vad/fetching.js";
import { changed, read, toml, write } from "./vad/settings.js";

const PAGE = 20; // regions of a page of the list

/** @type {{bench: Bench | null, media: HTMLAudioElement | null, file: File | null, roles: string[]}} */
const held = { bench: null, media: null, file: null, roles: [] }; // no part of what Alpine watches

const language = document.documentElement.lang || "en";
const whole = new Intl.NumberFormat(language);
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(language, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** @typedef {import("./vad/regions.js").Options} Options */

Alpine.data("vad", () => ({
  state: "empty", // empty, sending, waiting, failed, ready
  over: false,
  share: 0,
  doing: "",
  trouble: "",
  name: "",
  recording: "",
  /** @type {Options} */
  options: { threshold: 0, release: 0, min_silence: 0, min_speech: 0, pad: 0 },
  /** @type {Options} */
  force: { threshold: 0, release: 0, min_silence: 0, min_speech: 0, pad: 0 },
  /** @type {import("./vad/bench.js").Row[]} */
  found: [],
  /** @type {import("./vad/bench.js").Region[]} */
  regions: [],
  which: "all",
  page: 0,
  chosen: "",
  audible: false,
  playing: false,
  clockNow: "0:00",
  duration: 0,
  problem: "",
  summary: "",
  copied: "",
  later: 0,

  init() {
    this.force = JSON.parse(this.$root.dataset.force ?? "{}");
    this.options = read(new URLSearchParams(location.search), this.force);
    this.recording = this.$root.dataset.recording ?? "";
    this.name = this.$root.dataset.name ?? "";
    held.roles = (this.$root.dataset.roles ?? "").split(" ").filter(Boolean);
    document.addEventListener("keydown", (event) => this.key(event));
    new MutationObserver(() => held.bench?.draw()).observe(document.documentElement, {
      attributeFilter: ["data-bs-theme"],
    });
    if (this.recording) void this.measure();
  },

  get working() {
    return this.state === "sending" || this.state === "waiting";
  },
  get ready() {
    return this.state === "ready";
  },
  get silent() {
    return this.ready && this.found.length === 0;
  },
  get changedAny() {
    return JSON.stringify(this.options) !== JSON.stringify(this.force);
  },
  get lines() {
    return toml(this.options, JSON.parse(this.$root.dataset.others ?? "{}"));
  },
  get total() {
    return clock(this.duration);
  },
  get rows() {
    return this.found.map((row) => ({
      name: this.channel(row.channel),
      share: percent.format(row.share),
      shareForce: percent.format(row.shareForce),
      count: whole.format(row.count),
      countForce: whole.format(row.countForce),
      mean: short.format(row.mean),
      meanForce: short.format(row.meanForce),
      added: this.told("regions", row.added, row.gained),
      removed: this.told("regions", row.removed, row.lost),
    }));
  },
  get listed() {
    return this.which === "all"
      ? this.regions
      : this.regions.filter((region) => region.kind === this.which);
  },
  get pages() {
    return Math.max(1, Math.ceil(this.listed.length / PAGE));
  },
  get place() {
    const first = Math.min(this.listed.length, this.page * PAGE + 1);
    const last = Math.min(this.listed.length, (this.page + 1) * PAGE);
    return this.word("place")
      .replace("{first}", whole.format(first))
      .replace("{last}", whole.format(last))
      .replace("{all}", whole.format(this.listed.length));
  },
  get shown() {
    return this.listed.slice(this.page * PAGE, (this.page + 1) * PAGE).map((region, number) => ({
      number: this.page * PAGE + number,
      key: keyOf(region),
      channel: this.channel(region.channel),
      start: moment(region.span[0]),
      end: moment(region.span[1]),
      length: short.format(region.span[1] - region.span[0]),
      added: region.kind === "added",
      removed: region.kind === "removed",
      current: keyOf(region) === this.chosen ? "true" : "false",
    }));
  },

  /** @param {string} name */
  word(name) {
    const words = this.$root.querySelector("template[data-words]");
    const found =
      words instanceof HTMLTemplateElement && words.content.querySelector(`[data-word="${name}"]`);
    return found ? (found.textContent ?? "") : name;
  },
  /**
   * @param {string} name
   * @param {number} count
   * @param {number} seconds
   */
  told(name, count, seconds) {
    return this.word(name)
      .replace("{count}", whole.format(count))
      .replace("{seconds}", short.format(seconds));
  },
  /** @param {number} channel */
  channel(channel) {
    const role = held.roles[channel];
    const number = this.word("channel").replace("{number}", String(channel + 1));
    return role && this.word(role) !== role ? `${number} · ${this.word(role)}` : number;
  },
  /** @param {string} form */
  file(form) {
    const query = write(new URLSearchParams({ format: form }), this.options, null);
    return url(`/api/v1/speech/${this.recording}/export?${query}`);
  },

  /** @param {Event} event */
  choose(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = "";
    if (file) void this.take(file);
  },
  /** @param {DragEvent} event */
  async drop(event) {
    this.over = false;
    const [file] = event.dataTransfer ? await filesOf(event.dataTransfer) : [];
    if (file) void this.take(file);
  },
  /** @param {File} file */
  async take(file) {
    this.clear();
    held.file = file;
    held.roles = [];
    this.name = file.name;
    this.state = "sending";
    this.doing = this.word("sending");
    try {
      this.recording = await sent(file, (share) => (this.share = share));
    } catch (error) {
      this.fail(error);
      return;
    }
    const query = write(
      new URLSearchParams({ recording: this.recording }),
      this.options,
      this.force,
    );
    history.replaceState(null, "", `${location.pathname}?${query}`);
    await this.measure();
  },
  again() {
    if (this.recording) void this.measure();
    else if (held.file) void this.take(held.file);
  },
  clear() {
    held.media?.pause();
    held.media?.remove();
    held.media = null;
    held.bench = null;
    this.trouble = this.problem = this.chosen = "";
    this.share = this.page = 0;
    this.playing = this.audible = false;
    this.recording = "";
    delete (/** @type {HTMLElement} */ (this.$refs.lanes).dataset.ready);
  },
  async measure() {
    this.state = "waiting";
    this.share = 0;
    this.doing = this.word("waiting");
    try {
      const told = await measured(this.recording, (now) => {
        this.doing = this.word(now.stage ?? now.state);
        this.share = now.stage ? now.done : 0;
      });
      if (told.trouble && told.state !== "done")
        throw new Error(`${told.trouble.reason}; ${told.trouble.remedy}`);
      const tracks = await tracksOf(told);
      this.duration = told.duration ?? 0;
      this.state = "ready";
      this.$refs.choosing.open = false;
      await this.$nextTick();
      if (tracks.length) this.build(tracks);
    } catch (error) {
      this.fail(error);
    }
  },
  /** @param {unknown} error */
  fail(error) {
    this.state = "failed";
    this.trouble = error instanceof Error ? error.message : String(error);
  },

  /** @param {import("./vad/fetching.js").Measured[]} tracks */
  build(tracks) {
    const media = this.sound();
    const area = /** @type {HTMLElement} */ (this.$refs.lanes);
    const wave = document.createElement("div");
    wave.className = "vad-wave";
    const canvases = tracks.map(() => document.createElement("canvas"));
    const lanes = canvases.map((canvas, place) => {
      const box = document.createElement("div");
      const name = document.createElement("div");
      name.className = "vad-name";
      name.dataset.wave = String(place % 2);
      name.textContent = this.channel(tracks[place].channel);
      canvas.className = "vad-lane";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${name.textContent}: ${this.word("lane")}`);
      box.append(name, canvas);
      return box;
    });
    area.replaceChildren(wave, ...lanes);
    const style = getComputedStyle(this.$root);
    const colours = tracks.map((_, n) => style.getPropertyValue(`--vad-wave-${n % 2}`).trim());
    const bench = new Bench({
      wave,
      canvases,
      media,
      tracks,
      duration: this.duration,
      colours,
      force: this.force,
      pointed: (place, time) => {
        const region = bench.at(place, time);
        if (region) this.play(region);
        else bench.player.seek(time);
      },
    });
    held.bench = bench;
    bench.player.addEventListener("moved", () => (this.clockNow = clock(bench.player.now)));
    bench.player.addEventListener("state", () => (this.playing = bench.player.playing));
    bench.player.addEventListener("problem", () => (this.problem = this.word("unplayable")));
    this.show();
    area.dataset.ready = "yes";
  },
  sound() {
    const src = held.file ? URL.createObjectURL(held.file) : (this.$root.dataset.audio ?? "");
    this.audible = src !== "";
    if (!src) return null;
    const media = document.createElement("audio");
    media.id = "sound";
    media.preload = "none";
    media.src = src;
    this.$root.append(media);
    held.media = media;
    return media;
  },

  /**
   * @param {keyof Options} name
   * @param {Event} event
   */
  set(name, event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.value.trim() === "") return;
    this.options = changed(this.options, name, Number(input.value));
    this.show();
  },
  reset() {
    this.options = { ...this.force };
    this.show();
  },
  show() {
    held.bench?.try({ ...this.options });
    if (held.bench) {
      this.found = held.bench.rows;
      this.regions = held.bench.regions;
    }
    this.page = Math.min(this.page, this.pages - 1);
    clearTimeout(this.later);
    this.later = window.setTimeout(() => this.settle(), 250);
  },
  /** What need not follow each step of a slider: the address, and what is read out. */
  settle() {
    const query = write(new URLSearchParams(location.search), this.options, this.force);
    history.replaceState(null, "", `${location.pathname}?${query}`);
    this.summary = this.rows
      .map((row) => `${row.name}: ${row.share}, ${row.count}`)
      .concat(this.changedAny ? [this.word("changed")] : [])
      .join("; ");
  },

  /** @param {number} number of the region in the list */
  hear(number) {
    const region = this.listed[number];
    if (region) this.play(region);
  },
  /** @param {import("./vad/bench.js").Region} region */
  play(region) {
    const plain = { channel: region.channel, kind: region.kind, span: spanOf(region) };
    this.chosen = keyOf(plain);
    held.bench?.choose(plain);
  },
  /** @param {number} step to the next region or the one before */
  move(step) {
    const now = held.bench?.player.now ?? 0;
    const at = this.listed.findIndex((region) => keyOf(region) === this.chosen);
    const next = this.listed.findIndex((region) => region.span[0] > now);
    const end = this.listed.length;
    const wanted = at >= 0 ? at + step : step > 0 ? next : (next < 0 ? end : next) - 1;
    const number = Math.max(0, Math.min(end - 1, wanted));
    if (!end) return;
    this.page = Math.floor(number / PAGE);
    this.hear(number);
  },
  toggle() {
    held.bench?.player.toggle();
  },
  /** @param {number} factor */
  zoom(factor) {
    held.bench?.zoom(factor);
  },
  /** @param {string} which */
  filter(which) {
    this.which = which;
    this.page = 0;
  },
  /** @param {number} step */
  turn(step) {
    this.page = Math.max(0, Math.min(this.pages - 1, this.page + step));
  },
  async copy() {
    try {
      await navigator.clipboard.writeText(this.lines);
      this.copied = this.word("copied");
    } catch {
      this.copied = this.word("uncopied");
    }
  },
  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.ready || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target instanceof Element && target.closest("input, select, textarea, [contenteditable]"))
      return;
    if (event.key === "j") this.move(1);
    else if (event.key === "k") this.move(-1);
    else if (event.key === "+") this.zoom(2);
    else if (event.key === "-") this.zoom(0.5);
    else if (
      event.key === " " &&
      !(target instanceof Element && target.closest("a, button, summary"))
    ) {
      event.preventDefault();
      this.toggle();
    }
  },
}));

/**
 * @param {import("./vad/bench.js").Region} region
 * @returns {import("./vad/regions.js").Span}
 */
function spanOf({ span }) {
  return [span[0], span[1]];
}

/** @param {import("./vad/bench.js").Region} region */
function keyOf({ channel, span }) {
  return `${channel} ${span[0]}`;
}

/** @param {number} seconds */
function moment(seconds) {
  const hundredths = String(Math.floor((seconds % 1) * 100)).padStart(2, "0");
  return `${clock(seconds)}.${hundredths}`;
}
