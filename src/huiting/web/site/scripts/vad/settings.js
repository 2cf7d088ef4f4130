// Options as the address, the inputs and the settings file have them.

/** @typedef {import("./regions.js").Options} Options */

export const NAMES = /** @type {const} */ ([
  "threshold",
  "release",
  "min_silence",
  "min_speech",
  "pad",
]);
const MOST = { threshold: 1, release: 1, min_silence: 10, min_speech: 10, pad: 10 };

/**
 * Return options with one of them changed; what cannot be is brought within reach, and speech
 * never ends above the probability at which it begins.
 *
 * @param {Options} options
 * @param {keyof Options} name
 * @param {number} value
 * @returns {Options}
 */
export function changed(options, name, value) {
  const wanted = Math.min(MOST[name], Math.max(0, Number.isFinite(value) ? value : options[name]));
  const made = { ...options, [name]: name in SHARES ? Math.round(wanted * 200) / 200 : wanted };
  if (name === "threshold") made.release = Math.min(made.release, made.threshold);
  if (name === "release") made.threshold = Math.max(made.release, made.threshold);
  return made;
}
const SHARES = { threshold: true, release: true };

/**
 * @param {URLSearchParams} query
 * @param {Options} force what holds where the address says nothing
 * @returns {Options}
 */
export function read(query, force) {
  let found = force;
  for (const name of NAMES) {
    const text = query.get(name);
    if (text !== null && text.trim() !== "") found = changed(found, name, Number(text));
  }
  return found;
}

/**
 * @param {URLSearchParams} query is changed
 * @param {Options} options
 * @param {Options | null} force what need not be said; null to say all
 */
export function write(query, options, force) {
  const same = force !== null && NAMES.every((name) => options[name] === force[name]);
  for (const name of NAMES) {
    if (same) query.delete(name);
    else query.set(name, String(options[name]));
  }
  return query;
}

/**
 * Return the lines for the settings file.
 *
 * @param {Options} options
 * @param {Record<string, number>} others options in the settings that stay
 */
export function toml(options, others) {
  const all = { ...Object.fromEntries(NAMES.map((name) => [name, options[name]])), ...others };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${number(value)}`);
  return ["[vad_options]", ...lines].join("\n");
}

/** @param {number} value */
function number(value) {
  const text = String(Number(value.toFixed(6)));
  return text.includes(".") ? text : `${text}.0`;
}
