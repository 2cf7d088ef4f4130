// What the form is told of a piece of YAML: a list, a mapping, one value, or something that
// only the text can show.
import { isMap, isScalar, isSeq } from "yaml";
import { keyOf, odd, piece, textOf } from "./edits.js";

/**
 * @typedef {{kind: "none"} | {kind: "odd"} | {kind: "list", count: number} | {kind: "map", keys: string[]}
 *   | {kind: "word", text: string, type: "string" | "number" | "truth" | "empty"}} Look
 */

/**
 * @param {import("./edits.js").Source} source
 * @param {import("./edits.js").Path} path
 * @returns {Look}
 */
export function look(source, path) {
  const node = path.length ? piece(source, path) : source.doc.contents;
  if (node === undefined || node === null) return { kind: "none" };
  if (odd(node)) return { kind: "odd" };
  if (isSeq(node)) return { kind: "list", count: node.items.length };
  if (isMap(node)) {
    const keys = node.items.map((pair) => pair.key);
    if (!keys.every((key) => isScalar(key) && !odd(key) && canonical(key))) return { kind: "odd" };
    return { kind: "map", keys: keys.map(keyOf) };
  }
  if (!isScalar(node)) return { kind: "odd" };
  return { kind: "word", text: textOf(node), type: typeOf(node.value) };
}

/**
 * Whether a key is written as it is called: `5.0`, `0x10` or `null` are found under another name.
 *
 * @param {import("yaml").Scalar} key
 */
function canonical({ value, source }) {
  return typeof value === "string" || (value !== null && String(source ?? value) === String(value));
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return "empty";
  if (typeof value === "boolean") return "truth";
  return typeof value === "number" ? "number" : "string";
}
