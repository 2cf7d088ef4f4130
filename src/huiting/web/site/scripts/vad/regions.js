// Where somebody speaks, by probabilities and options: the same decision as the service makes
// (engines/silero.py and its hysteresis), so that a slider shows at once what it does.
// tests/unit/web/site/scripts/regions.test.mjs holds both to the same numbers.

export const STEPS = 200; // of a probability, from 0 to 1
const SURE = 0.6; // probability that a frame of a short stretch must reach
const UNSURE = 0.6; // seconds from which a stretch is believed without such a frame

/**
 * @typedef {[number, number]} Span seconds
 * @typedef {{threshold: number, release: number, min_silence: number, min_speech: number, pad: number}} Options
 * @typedef {{likely: Uint8Array, hop: number, duration: number}} Track steps of each frame; seconds
 */

/**
 * Return where somebody speaks, in order and apart.
 *
 * @param {Track} track
 * @param {Options} options
 * @returns {Span[]}
 */
export function regionsOf({ likely, hop, duration }, options) {
  const end = Math.min(duration, likely.length * hop);
  /** @type {Span[]} */
  const joined = [];
  for (const run of runs(likely, options)) {
    const last = joined.at(-1);
    if (last && (run[0] - last[1]) * hop < options.min_silence) last[1] = run[1];
    else joined.push(run);
  }
  const sure = least(Math.max(options.threshold, SURE));
  const kept = joined.filter(([start, stop]) => {
    const length = (stop - start) * hop;
    if (length >= UNSURE) return true;
    return length >= options.min_speech && reaches(likely, start, stop, sure);
  });
  return padded(
    kept.map(([start, stop]) => [start * hop, stop * hop]),
    options.pad,
    end,
  );
}

/**
 * Return the least steps that reach a probability.
 *
 * @param {number} probability
 */
function least(probability) {
  let steps = 0;
  while (steps <= STEPS && steps / STEPS < probability) steps += 1;
  return steps;
}

/**
 * @param {Uint8Array} likely
 * @param {Options} options
 * @returns {Span[]} frames
 */
function runs(likely, { threshold, release }) {
  const [onset, offset] = [least(threshold), least(release)];
  /** @type {Span[]} */
  const found = [];
  let start = -1;
  for (let frame = 0; frame < likely.length; frame += 1) {
    if (start < 0) {
      if (likely[frame] >= onset) start = frame;
    } else if (likely[frame] < offset) {
      found.push([start, frame]);
      start = -1;
    }
  }
  if (start >= 0) found.push([start, likely.length]);
  return found;
}

/**
 * @param {Uint8Array} likely
 * @param {number} start
 * @param {number} stop
 * @param {number} steps
 */
function reaches(likely, start, stop, steps) {
  for (let frame = start; frame < stop; frame += 1) if (likely[frame] >= steps) return true;
  return false;
}

/**
 * @param {Span[]} spans
 * @param {number} pad
 * @param {number} end
 */
function padded(spans, pad, end) {
  /** @type {Span[]} */
  const found = [];
  spans.forEach(([start, stop], place) => {
    const before = place ? (spans[place - 1][1] + start) / 2 : 0;
    const after = place + 1 < spans.length ? (stop + spans[place + 1][0]) / 2 : end;
    const [left, right] = [Math.max(start - pad, before), Math.min(stop + pad, after)];
    if (left < right) found.push([left, right]);
  });
  return found;
}

/**
 * Return those spans that overlap none of the others; both in order and apart.
 *
 * @param {Span[]} spans
 * @param {Span[]} others
 */
export function alone(spans, others) {
  let at = 0;
  return spans.filter(([start, end]) => {
    while (at < others.length && others[at][1] <= start) at += 1;
    return at >= others.length || others[at][0] >= end;
  });
}

/**
 * Return the seconds of spans that lie in none of the others.
 *
 * @param {Span[]} spans
 * @param {Span[]} others
 */
export function outside(spans, others) {
  let at = 0;
  let sum = 0;
  for (const [start, end] of spans) {
    sum += end - start;
    while (at < others.length && others[at][1] <= start) at += 1;
    for (let next = at; next < others.length && others[next][0] < end; next += 1)
      sum -= Math.min(end, others[next][1]) - Math.max(start, others[next][0]);
  }
  return Math.max(0, sum);
}

/** @param {Span[]} spans */
export function total(spans) {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

/**
 * Return the region that a second lies in; the place where one would begin, less one, if none.
 *
 * @param {Span[]} spans
 * @param {number} time
 */
export function at(spans, time) {
  return spans.findIndex(([start, end]) => start <= time && time < end);
}
