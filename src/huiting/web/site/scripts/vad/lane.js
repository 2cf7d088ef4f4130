// One channel: how likely somebody speaks, the thresholds, the regions as they would be (below)
// and as they are in force (above). Only what is in sight is drawn.
import { alone, STEPS } from "./regions.js";

const HEIGHT = 84; // pixels
const BAR = 8; // pixels of a row of regions

/**
 * @typedef {import("./regions.js").Span} Span
 * @typedef {import("./regions.js").Track} Track
 * @typedef {import("../call/wave.js").Window} Window
 * @typedef {{track: Track, now: Span[], force: Span[], threshold: number, release: number, chosen: Span | null}} Drawn
 */

export class Lane {
  #canvas;
  #pen;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  /**
   * @param {Window} window
   * @param {Drawn} drawn
   */
  draw(window, drawn) {
    const width = this.#canvas.clientWidth;
    const dense = globalThis.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * dense);
    this.#canvas.height = Math.round(HEIGHT * dense);
    const pen = this.#pen;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, HEIGHT);
    const colour = colours(this.#canvas);
    const { now, force, chosen } = drawn;

    pen.fillStyle = colour.region;
    for (const span of inside(now, window)) fill(pen, span, window, BAR, HEIGHT - 2 * BAR);
    this.#curve(window, drawn.track, width, colour.curve);
    this.#line(drawn.threshold, width, colour.text, []);
    this.#line(drawn.release, width, colour.text, [4, 4]);

    pen.fillStyle = colour.force;
    for (const span of inside(force, window)) fill(pen, span, window, 0, BAR - 2);
    pen.fillStyle = colour.now;
    for (const span of inside(now, window)) fill(pen, span, window, HEIGHT - BAR + 2, BAR - 2);
    this.#marks(inside(alone(now, force), window), window, "+", colour.added, HEIGHT - BAR - 2);
    this.#marks(inside(alone(force, now), window), window, "−", colour.removed, BAR + 9);
    if (chosen) this.#frame(chosen, window, colour.text);
  }

  /**
   * The most likely frame of each pixel, filled from below.
   *
   * @param {Window} window
   * @param {Track} track
   * @param {number} width
   * @param {string} colour
   */
  #curve({ from, scale }, { likely, hop }, width, colour) {
    const pen = this.#pen;
    pen.beginPath();
    pen.strokeStyle = colour;
    pen.lineWidth = 1.25;
    for (let x = 0; x <= width; x += 1) {
      const first = Math.floor((from + x / scale) / hop);
      const last = Math.max(first + 1, Math.floor((from + (x + 1) / scale) / hop));
      if (first >= likely.length) break;
      let most = 0;
      for (let frame = first; frame < Math.min(last, likely.length); frame += 1)
        if (likely[frame] > most) most = likely[frame];
      const y = level(most / STEPS);
      if (x) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    }
    pen.stroke();
  }

  /**
   * @param {number} value
   * @param {number} width
   * @param {string} colour
   * @param {number[]} dashes
   */
  #line(value, width, colour, dashes) {
    const pen = this.#pen;
    pen.beginPath();
    pen.setLineDash(dashes);
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    const y = Math.round(level(value)) + 0.5;
    pen.moveTo(0, y);
    pen.lineTo(width, y);
    pen.stroke();
    pen.setLineDash([]);
  }

  /**
   * A sign at each, where there is room for it; never colour alone.
   *
   * @param {Span[]} spans
   * @param {Window} window
   * @param {string} sign
   * @param {string} colour
   * @param {number} y
   */
  #marks(spans, window, sign, colour, y) {
    const pen = this.#pen;
    pen.fillStyle = colour;
    pen.font = "700 14px sans-serif";
    pen.textAlign = "center";
    let last = -20;
    for (const [start, end] of spans) {
      const x = ((start + end) / 2 - window.from) * window.scale;
      if (x - last < 9) continue;
      pen.fillText(sign, x, y);
      last = x;
    }
  }

  /**
   * @param {Span} span
   * @param {Window} window
   * @param {string} colour
   */
  #frame([start, end], { from, scale }, colour) {
    const pen = this.#pen;
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect((start - from) * scale, 1, Math.max(3, (end - start) * scale), HEIGHT - 2);
  }
}

/** @param {number} probability */
function level(probability) {
  return HEIGHT - BAR - 1 - probability * (HEIGHT - 2 * BAR - 2);
}

/**
 * @param {Span[]} spans
 * @param {Window} window
 */
function inside(spans, { from, to }) {
  return spans.filter(([start, end]) => end > from && start < to);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Span} span
 * @param {Window} window
 * @param {number} y
 * @param {number} height
 */
function fill(pen, [start, end], { from, scale }, y, height) {
  pen.fillRect((start - from) * scale, y, Math.max(1, (end - start) * scale), height);
}

/** @param {Element} element */
function colours(element) {
  const style = getComputedStyle(element);
  const one = (/** @type {string} */ name) => style.getPropertyValue(`--vad-${name}`).trim();
  return {
    curve: one("curve"),
    region: one("region"),
    now: one("now"),
    force: one("force"),
    added: one("added"),
    removed: one("removed"),
    text: style.color,
  };
}
