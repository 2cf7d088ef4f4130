// The waveform and the lanes of a recording, drawn for the options that are tried.
import { Player } from "../call/player.js";
import { Wave } from "../call/wave.js";
import { Lane } from "./lane.js";
import { alone, at, outside, regionsOf, total } from "./regions.js";

const LOUDEST = 127;

/**
 * @typedef {import("./regions.js").Span} Span
 * @typedef {import("./regions.js").Options} Options
 * @typedef {import("./fetching.js").Measured} Measured
 * @typedef {{channel: number, span: Span, kind: "same" | "added" | "removed"}} Region
 * @typedef {object} Row what is told of a channel
 * @property {number} channel
 * @property {number} share of the time that somebody speaks
 * @property {number} shareForce
 * @property {number} count
 * @property {number} countForce
 * @property {number} mean seconds
 * @property {number} meanForce
 * @property {number} added regions
 * @property {number} removed
 * @property {number} gained seconds
 * @property {number} lost
 */

export class Bench {
  player;
  #tracks;
  #wave;
  #lanes;
  #options;
  /** @type {Span[][]} */
  #force;
  /** @type {Span[][]} */
  #now;
  /** @type {Region | null} */
  #chosen = null;
  #asked = 0;

  /**
   * @param {object} given
   * @param {HTMLElement} given.wave
   * @param {HTMLCanvasElement[]} given.canvases
   * @param {HTMLAudioElement | null} given.media
   * @param {Measured[]} given.tracks
   * @param {number} given.duration seconds
   * @param {string[]} given.colours of each track
   * @param {Options} given.force
   * @param {(place: number, time: number) => void} given.pointed told track and second
   */
  constructor({ wave, canvases, media, tracks, duration, colours, force, pointed }) {
    this.#tracks = tracks;
    this.#options = force;
    this.#force = tracks.map((track) => regionsOf(track, force));
    this.#now = this.#force;
    this.player = new Player(media, duration);
    this.#wave = new Wave({ container: wave, media, peaks: peaks(tracks), duration, colours });
    this.#lanes = canvases.map((canvas) => new Lane(canvas));
    this.#wave.watch(
      (time) => this.player.seek(time),
      () => this.draw(),
    );
    this.player.addEventListener("moved", () => this.player.settled || this.#show());
    canvases.forEach((canvas, place) => {
      canvas.addEventListener("click", (event) => {
        const { from, scale } = this.#wave.window;
        pointed(place, from + event.offsetX / scale);
      });
    });
    new ResizeObserver(() => this.draw()).observe(wave);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** @param {Options} options */
  try(options) {
    this.#options = options;
    this.#now = this.#tracks.map((track) => regionsOf(track, options));
    this.draw();
  }

  /** Draw once before the browser next paints. */
  draw() {
    if (this.#asked) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      const { threshold, release } = this.#options;
      this.#lanes.forEach((lane, place) => {
        const track = this.#tracks[place];
        const chosen = this.#chosen?.channel === track.channel ? this.#chosen.span : null;
        const [now, force] = [this.#now[place], this.#force[place]];
        lane.draw(this.#wave.window, { track, now, force, threshold, release, chosen });
      });
    });
  }

  /** @returns {Row[]} */
  get rows() {
    return this.#tracks.map((track, place) => {
      const [now, force] = [this.#now[place], this.#force[place]];
      const length = Math.max(track.duration, 0.001);
      const mean = (/** @type {Span[]} */ spans) => total(spans) / Math.max(1, spans.length);
      return {
        channel: track.channel,
        share: total(now) / length,
        shareForce: total(force) / length,
        count: now.length,
        countForce: force.length,
        mean: mean(now),
        meanForce: mean(force),
        added: alone(now, force).length,
        removed: alone(force, now).length,
        gained: outside(now, force),
        lost: outside(force, now),
      };
    });
  }

  /** All regions, and those that are no more, in order of time. @returns {Region[]} */
  get regions() {
    /** @type {Region[]} */
    const found = this.#tracks.flatMap(({ channel }, place) => {
      const [now, force] = [this.#now[place], this.#force[place]];
      const added = new Set(alone(now, force));
      /** @type {Region[]} */
      const own = now.map((span) => ({ channel, span, kind: added.has(span) ? "added" : "same" }));
      /** @type {Region[]} */
      const gone = alone(force, now).map((span) => ({ channel, span, kind: "removed" }));
      return [...own, ...gone];
    });
    return found.sort((a, b) => a.span[0] - b.span[0] || a.channel - b.channel);
  }

  /**
   * Return the region of a track that a second lies in.
   *
   * @param {number} place of the track
   * @param {number} time
   * @returns {Region | null}
   */
  at(place, time) {
    for (const [spans, kind] of /** @type {const} */ ([
      [this.#now[place], "same"],
      [this.#force[place], "removed"],
    ])) {
      const span = spans[at(spans, time)];
      if (span) return { channel: this.#tracks[place].channel, span, kind };
    }
    return null;
  }

  /** @param {Region | null} region is framed, heard and brought into sight */
  choose(region) {
    this.#chosen = region;
    if (region) {
      this.player.play(...region.span);
      const { from, to } = this.#wave.window;
      if (region.span[0] < from || region.span[1] > to) this.#wave.zoom(1, region.span[0]);
    }
    this.draw();
  }

  /** @param {number} factor */
  zoom(factor) {
    this.#wave.zoom(factor, this.#chosen ? this.#chosen.span[0] : this.player.now);
    this.#show();
    this.draw();
  }

  #show() {
    this.#wave.show(this.player.now);
  }
}

/** @param {Measured[]} tracks */
function peaks(tracks) {
  const most = tracks.reduce((most, { loud }) => loud.reduce((a, b) => Math.max(a, b), most), 8);
  return tracks.map(({ loud }) =>
    Float32Array.from(loud, (value) => value / Math.min(most, LOUDEST)),
  );
}
