// A list of hotwords, changed line by line: `word`, `word 2`, `misheard=>word`, remarks behind #.
// The same questions and changes as for YAML; a path is [line, "word" | "heard" | "weight"].

/**
 * @typedef {import("./edits.js").Path} Path
 * @typedef {import("./encode.js").Value} Value
 * @typedef {{word: string, heard: string, weight: string}} Hotword
 * @typedef {{text: string, lines: string[], at: number[], words: Hotword[], wrong: null}} Source
 */

const ARROW = /\s*(?:=>|＝＞|=＞|＝>)\s*/;
const WEIGHT = /^(.*\S)\s+([0-9]+(?:\.[0-9]+)?)$/;
const REMARK = /(?:^|\s+)#.*/;

/**
 * @param {string} text
 * @returns {Source}
 */
export function read(text) {
  const lines = text.split("\n");
  const at = lines.flatMap((line, index) => (line.replace(REMARK, "").trim() ? [index] : []));
  return { text, lines, at, words: at.map((index) => hotword(lines[index])), wrong: null };
}

/**
 * @param {string} line
 * @returns {Hotword}
 */
function hotword(line) {
  const parts = line.replace(REMARK, "").trim().split(ARROW);
  const rest = parts[parts.length - 1];
  const [, word, weight] = WEIGHT.exec(rest) ?? [null, rest, ""];
  return { word: word ?? "", heard: parts.slice(0, -1).join("=>"), weight: weight ?? "" };
}

/**
 * @param {Source} source
 * @param {Path} path
 * @returns {import("./look.js").Look}
 */
export function look(source, [index, key]) {
  if (index === undefined) return { kind: "list", count: source.words.length };
  const word = source.words[Number(index)];
  if (!word) return { kind: "none" };
  const keys = /** @type {(keyof Hotword)[]} */ (["word", "heard", "weight"]).filter(
    (one) => word[one],
  );
  if (key === undefined) return { kind: "map", keys };
  const text = word[/** @type {keyof Hotword} */ (key)];
  if (!text) return { kind: "none" };
  return { kind: "word", text, type: key === "weight" ? "number" : "string" };
}

/**
 * @param {Source} source
 * @param {Path} path
 * @param {Value} value
 */
export function put(source, [index, key], value) {
  const made = {
    ...source.words[Number(index)],
    [String(key)]: `${value}`.replace(/[\r\n]+/g, " ").trim(),
  };
  return written(source, Number(index), made);
}

/**
 * @param {Source} source
 * @param {Path} path
 */
export function drop(source, [index, key]) {
  return written(source, Number(index), { ...source.words[Number(index)], [String(key)]: "" });
}

/**
 * @param {Source} source
 * @param {Path} _
 * @param {number} at
 * @param {any} value
 */
export function insert(source, _, at, value) {
  const line =
    at < source.at.length
      ? source.at[at]
      : (source.at.at(-1) ?? source.lines.findLastIndex(Boolean)) + 1;
  const made = source.lines.toSpliced(line, 0, value.word || "?");
  return (made.at(-1) === "" ? made : [...made, ""]).join("\n");
}

/**
 * @param {Source} source
 * @param {Path} _
 * @param {number} at
 */
export function remove(source, _, at) {
  return source.lines.toSpliced(source.at[at], 1).join("\n");
}

/**
 * @param {Source} source
 * @param {Path} _
 * @param {number} from
 * @param {number} to
 */
export function move(source, _, from, to) {
  const [a, b] = [source.at[from], source.at[to]];
  return source.lines.toSpliced(a, 1).toSpliced(b, 0, source.lines[a]).join("\n");
}

/**
 * @param {Source} source
 * @param {Path} _
 * @param {number} at
 */
export function copy(source, _, at) {
  const line = source.at[at];
  return source.lines.toSpliced(line + 1, 0, source.lines[line]).join("\n");
}

/**
 * @param {Source} source
 * @param {Path} path
 */
export function place(source, [index]) {
  const line = source.at[Number(index ?? 0)];
  return line === undefined ? null : { from: line + 1, to: line + 1 };
}

/**
 * @param {Source} source
 * @param {Path} path
 */
export function own(source, [index]) {
  return source.lines[source.at[Number(index)]] ?? "";
}

/**
 * @param {Source} source
 * @param {number} index
 * @param {Hotword} made
 */
function written(source, index, { word, heard, weight }) {
  const line = source.at[index];
  const before = source.lines[line];
  const remark = REMARK.exec(before)?.[0] ?? "";
  const lead = /^\s*/.exec(before)?.[0] ?? "";
  // A word that ends in a number would be read as another word with a weight.
  const weighed = weight || (WEIGHT.test(word) ? "1" : "");
  const text = `${lead}${heard ? `${heard}=>` : ""}${word || "?"}${weighed ? ` ${weighed}` : ""}${remark || (/\r$/.test(before) ? "\r" : "")}`;
  return source.lines.with(line, text).join("\n");
}
