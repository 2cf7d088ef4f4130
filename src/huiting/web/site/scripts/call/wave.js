// The waveform of a call, one band a channel, from peaks that the server has computed: the
// recording itself is played, never decoded here.
import WaveSurfer from "wavesurfer.js";
import TimelinePlugin from "wavesurfer.js/dist/plugins/timeline.js";
import { clock } from "./page.js";

const CLOSEST = 300; // pixels a second

/**
 * @typedef {object} Shown
 * @property {HTMLElement} container
 * @property {HTMLMediaElement | null} media plays the recording
 * @property {Float32Array[]} peaks in [0, 1], of each channel
 * @property {number} duration seconds
 * @property {string[]} colours of each channel
 * @property {number} [height] pixels of a band
 *
 * @typedef {{from: number, to: number, scale: number}} Window seconds in sight, pixels a second
 */

export class Wave {
  #surfer;
  #container;
  #duration;
  #scale = 0;

  /** @param {Shown} shown */
  constructor({ container, media, peaks, duration, colours, height = 44 }) {
    this.#container = container;
    this.#duration = Math.max(duration, 0.1);
    this.#surfer = WaveSurfer.create({
      container,
      ...(media ? { media } : {}),
      peaks,
      duration: this.#duration,
      height,
      splitChannels: colours.map((colour) => ({ waveColor: colour, progressColor: colour })),
      cursorWidth: 2,
      cursorColor: getComputedStyle(container).color,
      dragToSeek: true,
      autoCenter: true,
      plugins: [TimelinePlugin.create({ height: 16, formatTimeCallback: clock })],
    });
  }

  /**
   * @param {(time: number) => void} chosen told the second that somebody points at
   * @param {() => void} moved told when another stretch is in sight
   */
  watch(chosen, moved) {
    this.#surfer.on("interaction", chosen);
    for (const event of /** @type {const} */ (["scroll", "zoom", "redraw", "ready"]))
      this.#surfer.on(event, moved);
  }

  /** @param {Float32Array[]} peaks of each channel */
  async draw(peaks) {
    const { currentSrc, src } = this.#surfer.getMediaElement();
    await this.#surfer.load(currentSrc || src, peaks, this.#duration); // the same source: it plays on
  }

  /** @returns {Window} */
  get window() {
    const width = this.#surfer.getWidth() || this.#container.clientWidth || 1;
    const scale = Math.max(this.#scale, width / this.#duration);
    const from = this.#surfer.getScroll() / scale;
    return { from, to: from + width / scale, scale };
  }

  /**
   * @param {number} factor
   * @param {number} now second that stays in sight
   */
  zoom(factor, now) {
    const width = this.#surfer.getWidth() || 1;
    const whole = width / this.#duration;
    this.#scale = Math.max(whole, Math.min(CLOSEST, this.window.scale * factor));
    this.#surfer.zoom(this.#scale <= whole * 1.01 ? 0 : this.#scale);
    this.#surfer.setScrollTime(Math.max(0, now - width / this.#scale / 2));
  }

  /**
   * Say where we are, where the browser does not: without a recording, or before it has any of it.
   *
   * @param {number} time
   */
  show(time) {
    this.#surfer.setTime(time);
  }
}

/**
 * Return the peaks that the server tells, a byte a stretch, channel by channel; the loudest of
 * all channels fills its band.
 *
 * @param {ArrayBuffer} bytes
 * @param {number} channels
 */
export function read(bytes, channels) {
  const values = new Uint8Array(bytes);
  const size = Math.floor(values.length / Math.max(1, channels));
  const most = Math.max(
    8,
    values.reduce((most, value) => Math.max(most, value), 0),
  );
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from(
      values.subarray(channel * size, (channel + 1) * size),
      (value) => value / most,
    ),
  );
}
