// Values written as YAML: what every reader of ours, of YAML 1.1 and 1.2, takes for the same.

/**
 * @typedef {string | number | boolean | null} Scalar
 * @typedef {Scalar | Value[] | {[key: string]: Value}} Value
 */

const WIDE = 72; // characters of a mapping inside a list that stay on one line

/** What some reader takes for a number, a truth value or nothing, though text is meant. */
const OTHERWISE =
  /^(?:[-+]?[\d._][\d._:xobeE+-]*|[-+]?0x[\da-f_]+|y|n|yes|no|on|off|true|false|null|~|[-+]?\.inf|\.nan)$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** What may stand without quotes: no sign that means something, no blank at the ends. */
const PLAIN = /^[^\s\-?:,[\]{}#&*!|>'"%@`=<\p{C}](?:[^,[\]{}#"\p{C}]*[^\s,[\]{}#:"\p{C}])?$/u;

/**
 * @param {string} text
 * @param {boolean} inside whether it stands within brackets
 * @param {string | null} [quote] the quotes that were there
 */
export function word(text, inside, quote = null) {
  if (/[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u.test(text))
    return JSON.stringify(text).replace(/[\u0085\u2028\u2029\ufeff]/g, escaped);
  if (quote === "double") return JSON.stringify(text);
  const bare = PLAIN.test(text) && !/: /.test(text) && !(inside && /[:?]/.test(text));
  if (quote !== "single" && bare && (DAY.test(text) || !OTHERWISE.test(text))) return text;
  return `'${text.replaceAll("'", "''")}'`;
}

/** @param {string} sign */
function escaped(sign) {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Write a value on one line.
 *
 * @param {Value} value
 * @returns {string}
 */
export function flow(value) {
  if (typeof value === "string") return word(value, true);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (value === null || typeof value !== "object") return `${value}`;
  const pairs = Object.entries(value).map(([key, one]) => `${word(key, true)}: ${flow(one)}`);
  return `{${pairs.join(", ")}}`;
}

/**
 * Write what stands behind `key:`, with the blank or the new line before it.
 *
 * @param {Value} value
 * @param {number} indent blanks before the key
 */
export function behind(value, indent) {
  if (!spread(value))
    return ` ${typeof value === "string" ? said(value, indent + 2) : flow(value)}`;
  return `\n${" ".repeat(indent + 2)}${lines(value, indent + 2)}`;
}

/**
 * Write a value over lines; the first has no blanks before it.
 *
 * @param {Value} value
 * @param {number} indent blanks before each further line
 * @returns {string}
 */
export function lines(value, indent) {
  const next = `\n${" ".repeat(indent)}`;
  if (typeof value === "string") return said(value, indent);
  if (!spread(value)) return flow(value);
  if (Array.isArray(value)) {
    return value.map((one) => `- ${short(one) ? flow(one) : lines(one, indent + 2)}`).join(next);
  }
  return Object.entries(/** @type {object} */ (value))
    .map(([key, one]) => `${word(key, false)}:${behind(one, indent)}`)
    .join(next);
}

/**
 * @param {string} text
 * @param {number} indent
 */
function said(text, indent) {
  const paragraphs = text.includes("\n") && !/^[\s]|\s$|[^\P{C}\n]|\p{Zl}|\p{Zp}| \n/u.test(text);
  if (!paragraphs) return word(text, false);
  return `|-${text.replace(/^|\n/g, (sign) => (sign ? `\n${" ".repeat(indent)}` : `\n${" ".repeat(indent)}`))}`;
}

/**
 * Whether a value takes several lines: lists of words do not.
 *
 * @param {Value} value
 */
function spread(value) {
  if (value === null || typeof value !== "object") return false;
  if (!Array.isArray(value)) return Object.keys(value).length > 0;
  return value.some((one) => one !== null && typeof one === "object");
}

/** @param {Value} value */
function short(value) {
  if (value === null || typeof value !== "object") return typeof value !== "string";
  return (
    Object.values(value).every((one) => !spread(one)) && flow(value).length <= WIDE && few(value)
  );
}

/** @param {object} value */
function few(value) {
  return Object.values(value).length <= 1;
}
