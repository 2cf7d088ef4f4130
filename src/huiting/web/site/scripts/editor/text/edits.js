// A YAML text changed piece by piece: what is not meant stays as it is, letter by letter.
//
// Each change is made in the text and then compared with what it should mean; where the text
// is written in a way that such a change would break, the whole is written anew from the parsed
// document, which keeps comments and order.
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
} from "yaml";
import { behind, flow, lines, word } from "./encode.js";

/**
 * @typedef {import("./encode.js").Value} Value
 * @typedef {string | number} Key
 * @typedef {Key[]} Path
 * @typedef {{text: string, doc: import("yaml").Document.Parsed, wrong: {line: number, reason: string} | null}} Source
 */

/** What the last texts say: one is asked for again and again. @type {Source[]} */
const known = [];
const KNOWN = 3;
const REMARK = /(?:^|\s)#/;

/**
 * @param {string} text
 * @returns {Source}
 */
export function read(text) {
  const found = known.find((one) => one.text === text);
  if (found) return found;
  const made = parsed(text);
  known.unshift(made);
  known.length = Math.min(known.length, KNOWN);
  return made;
}

/**
 * @param {string} text
 * @returns {Source}
 */
function parsed(text) {
  const doc = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
  const [first] = doc.errors;
  if (!first) return { text, doc, wrong: null };
  return { text, doc, wrong: { line: lineAt(text, first.pos[0]), reason: first.message } };
}

/**
 * @param {Source} source
 * @param {Path} path
 * @returns {any} the piece; undefined where there is none
 */
export function piece(source, path) {
  /** @type {any} */
  let node = source.doc.contents;
  for (const key of path) {
    if (isMap(node)) node = pairOf(node, key)?.value;
    else if (isSeq(node) && typeof key === "number") node = node.items[key];
    else return undefined;
  }
  return node ?? undefined;
}

/**
 * Return the lines on which a piece stands, from 1.
 *
 * @param {Source} source
 * @param {Path} path
 */
export function place(source, path) {
  const node = piece(source, path);
  if (!node?.range) return null;
  const pair = path.length ? pairOf(piece(source, path.slice(0, -1)), path[path.length - 1]) : null;
  const from = pair?.key?.range ? pair.key.range[0] : node.range[0];
  return {
    from: lineAt(source.text, from),
    to: lineAt(source.text, Math.max(from, last(source, node))),
  };
}

/**
 * Return the text of a piece as it is written.
 *
 * @param {Source} source
 * @param {Path} path
 */
export function own(source, path) {
  const node = piece(source, path);
  if (!node?.range) return "";
  const start = beginning(node);
  const lead = " ".repeat(start - lineStart(source.text, start));
  return `${lead}${source.text.slice(start, last(source, node))}`.replace(
    new RegExp(`^${lead}`, "gm"),
    "",
  );
}

/**
 * Put a value in: over what is there, or as a new entry behind those that come before it.
 *
 * @param {Source} source
 * @param {Path} path
 * @param {Value} value
 * @param {string[]} [order] of the keys of the mapping
 */
export function put(source, path, value, order = []) {
  let at = path;
  let whole = value;
  while (
    at.length > 1 &&
    !isMap(piece(source, at.slice(0, -1))) &&
    piece(source, at) === undefined
  ) {
    whole = { [String(at[at.length - 1])]: whole };
    at = at.slice(0, -1);
  }
  const made =
    piece(source, at) === undefined ? added(source, at, whole, order) : over(source, at, whole);
  return sure(
    source,
    made,
    at,
    () => whole,
    (doc) =>
      // The value alone of what is one value, so that its remark stays.
      doc.setIn(
        at,
        isScalar(doc.getIn(at, true)) && !isObject(whole) ? whole : doc.createNode(whole),
      ),
  );
}

/**
 * Take an entry out of its mapping.
 *
 * @param {Source} source
 * @param {Path} path
 */
export function drop(source, path) {
  return sure(
    source,
    dropped(source, path),
    path,
    () => undefined,
    (doc) => doc.deleteIn(path),
  );
}

/**
 * Put an item into a list.
 *
 * @param {Source} source
 * @param {Path} path of the list
 * @param {number} at
 * @param {Value} value
 */
export function insert(source, path, at, value) {
  const list = piece(source, path);
  if (!isSeq(list))
    return put(source, path, list === undefined || value === null ? [value] : [plain(list), value]);
  if (!list.items.length) return put(source, path, [value]);
  return inserted(source, path, at, [value]);
}

/**
 * Put items into a list that has some.
 *
 * @param {Source} source
 * @param {Path} path of the list
 * @param {number} at
 * @param {Value[]} values
 */
function inserted(source, path, at, values) {
  const list = piece(source, path);
  const indent = column(source, list);
  const texts = values.map((value) =>
    list.flow ? flow(value) : `${" ".repeat(indent)}- ${lines(value, indent + 2)}`,
  );
  const made = rebuilt(source, list, (parts) => parts.toSpliced(at, 0, ...texts));
  return sure(
    source,
    made,
    path,
    (items) => items.toSpliced(at, 0, ...values),
    (doc) => itemsOf(doc, path).splice(at, 0, ...values.map((value) => doc.createNode(value))),
  );
}

/**
 * Take an item out of a list.
 *
 * @param {Source} source
 * @param {Path} path of the list
 * @param {number} at
 */
export function remove(source, path, at) {
  const list = piece(source, path);
  if (list.items.length === 1) return put(source, path, []);
  /** @type {<T>(parts: T[]) => T[]} */
  const without = (parts) => parts.toSpliced(at, 1);
  return sure(source, rebuilt(source, list, without), path, without, (doc) =>
    doc.deleteIn([...path, at]),
  );
}

/**
 * Move an item of a list to another place.
 *
 * @param {Source} source
 * @param {Path} path of the list
 * @param {number} from
 * @param {number} to
 */
export function move(source, path, from, to) {
  /** @type {<T>(parts: T[]) => T[]} */
  const arrange = (parts) => parts.toSpliced(from, 1).toSpliced(to, 0, parts[from]);
  return sure(source, rebuilt(source, piece(source, path), arrange), path, arrange, (doc) => {
    const items = itemsOf(doc, path);
    items.splice(to, 0, ...items.splice(from, 1));
  });
}

/**
 * Put a copy of an item behind it.
 *
 * @param {Source} source
 * @param {Path} path of the list
 * @param {number} at
 */
export function copy(source, path, at) {
  /** @type {<T>(parts: T[]) => T[]} */
  const twice = (parts) => parts.toSpliced(at + 1, 0, parts[at]);
  return sure(source, rebuilt(source, piece(source, path), twice), path, twice, (doc) => {
    const items = itemsOf(doc, path);
    items.splice(at + 1, 0, items[at].clone());
  });
}

/**
 * Write a list of words: only what differs is touched. One word alone stays without brackets.
 *
 * @param {Source} source
 * @param {Path} path
 * @param {string[]} words
 * @param {string[]} [order] of the keys of the mapping around it
 */
export function list(source, path, words, order = []) {
  const node = piece(source, path);
  if (isScalar(node) && words.length === 1) return put(source, path, words[0]);
  if (!isSeq(node) || !node.items.length || !words.length) return put(source, path, words, order);
  const before = node.items.map((item) => textOf(item));
  let head = 0;
  while (head < before.length && head < words.length && before[head] === words[head]) head++;
  let tail = 0;
  while (
    tail < Math.min(before.length, words.length) - head &&
    before[before.length - 1 - tail] === words[words.length - 1 - tail]
  )
    tail++;
  let now = source;
  const [gone, come] = [
    before.slice(head, before.length - tail),
    words.slice(head, words.length - tail),
  ];
  come.slice(0, gone.length).forEach((one, index) => {
    if (one !== gone[index]) now = read(put(now, [...path, head + index], one));
  });
  const more = come.slice(gone.length);
  if (more.length) now = read(inserted(now, path, head + gone.length, more));
  const fewer = gone.length - come.length;
  if (fewer <= 0) return now.text;
  /** @type {<T>(parts: T[]) => T[]} */
  const without = (parts) => parts.toSpliced(head + come.length, fewer);
  return sure(now, rebuilt(now, piece(now, path), without), path, without, (doc) =>
    itemsOf(doc, path).splice(head + come.length, fewer),
  );
}

/**
 * Give an entry another key.
 *
 * @param {Source} source
 * @param {Path} path
 * @param {string} key
 */
export function rename(source, path, key) {
  const pair = pairOf(piece(source, path.slice(0, -1)), path[path.length - 1]);
  const [start, end] = pair.key.range;
  const made = splice(source.text, start, end, word(key, inBrackets(source, path.slice(0, -1))));
  const old = String(path[path.length - 1]);
  /** @param {any} map */
  const renamed = (map) =>
    Object.fromEntries(Object.entries(map).map(([one, held]) => [one === old ? key : one, held]));
  return sure(source, made, path.slice(0, -1), renamed, (doc) => {
    pairOf(doc.getIn(path.slice(0, -1), true), old).key = doc.createNode(key);
  });
}

/**
 * Put a piece into new pieces: `["all", 0]` makes it the one item of a list under `all`.
 *
 * @param {Source} source
 * @param {Path} path
 * @param {Path} keys
 */
export function nest(source, path, keys) {
  const node = piece(source, path);
  if (node === undefined) return source.text;
  const made = nested(source, path, node, keys);
  return sure(
    source,
    made,
    path,
    (held) => around(keys, held),
    (doc) => {
      const held = doc.getIn(path, true);
      doc.setIn(path, null);
      doc.setIn(path, doc.createNode(around(keys, null)));
      doc.setIn([...path, ...keys], held);
    },
  );
}

/**
 * Put a piece of a piece in its place: the rest of that goes.
 *
 * @param {Source} source
 * @param {Path} path
 * @param {Path} keys of the piece, from `path`
 */
export function lift(source, path, keys) {
  const outer = piece(source, path);
  const inner = piece(source, [...path, ...keys]);
  const [start, end] = [beginning(outer), last(source, outer)];
  const blanks = start - lineStart(source.text, start);
  const body = shifted(source, inner, blanks);
  const made =
    isCollection(inner) && !inner.flow && inBrackets(source, path)
      ? null
      : splice(source.text, start, end, body);
  return sure(
    source,
    made,
    path,
    (held) => keys.reduce((one, key) => one[key], held),
    (doc) => doc.setIn(path, doc.getIn([...path, ...keys], true)),
  );
}

/**
 * Return the smallest change that makes one text of another.
 *
 * @param {string} before
 * @param {string} after
 */
export function difference(before, after) {
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from++;
  let back = 0;
  while (back < most - from && before[before.length - 1 - back] === after[after.length - 1 - back])
    back++;
  return { from, to: before.length - back, insert: after.slice(from, after.length - back) };
}

/**
 * Return what stands in a piece of one value, as it is written.
 *
 * @param {any} node
 */
export function textOf(node) {
  if (!isScalar(node)) return "";
  if (typeof node.value === "string") return node.value;
  return node.source ?? `${node.value ?? ""}`;
}

/**
 * @param {any} node
 * @returns {Value}
 */
export function plain(node) {
  return node.toJS(new Document());
}

/**
 * @param {any} map
 * @param {Key} key
 * @returns {any}
 */
export function pairOf(map, key) {
  if (!isMap(map)) return undefined;
  return map.items.find(
    (pair) => isPair(pair) && isScalar(pair.key) && keyOf(pair.key) === String(key),
  );
}

/** @param {unknown} value */
function isObject(value) {
  return value !== null && typeof value === "object";
}

/** @param {any} key */
export function keyOf(key) {
  return typeof key.value === "string" ? key.value : String(key.source ?? key.value);
}

/**
 * Whether a piece holds something that only text can show.
 *
 * @param {any} node
 */
export function odd(node) {
  return isAlias(node) || Boolean(node?.anchor) || Boolean(node?.tag);
}

// What follows works on the text.

/**
 * Return the changed text where it says what it should; else the document, written anew.
 *
 * @param {Source} source
 * @param {string | null} made
 * @param {Path} path
 * @param {(held: any) => any} meant what becomes of the value at `path`; undefined for nothing
 * @param {(doc: any) => void} done the same, to the document
 */
function sure(source, made, path, meant, done) {
  if (made !== null) {
    const now = read(made);
    if (!now.wrong && alike(changed(source.doc.toJS(), path, meant), now.doc.toJS())) return made;
  }
  const doc = source.doc.clone();
  done(doc);
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/**
 * @param {any} held
 * @param {Path} path
 * @param {(held: any) => any} meant
 * @returns {any}
 */
function changed(held, path, meant) {
  if (!path.length) return meant(held);
  const [key, ...rest] = path;
  const made = changed(held?.[key], rest, meant);
  if (Array.isArray(held)) return held.with(Number(key), made);
  const { [key]: _, ...others } = held ?? {};
  return made === undefined ? others : { ...others, [key]: made };
}

/**
 * Tell whether two values are the same but for the order of keys.
 *
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
function alike(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    return one === other || (Number.isNaN(one) && Number.isNaN(other));
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && alike(one[key], other[key]))
  );
}

/**
 * @param {any} doc
 * @param {Path} path
 * @returns {any[]}
 */
function itemsOf(doc, path) {
  return doc.getIn(path, true).items;
}

/**
 * @param {Source} source
 * @param {Path} path
 * @param {Value} value
 */
function over(source, path, value) {
  const node = piece(source, path);
  const [start, end] = [beginning(node), last(source, node)];
  const before = source.text.slice(start, end);
  if (start === end)
    return splice(
      source.text,
      start,
      end,
      `${/[:-]$/.test(source.text.slice(0, start)) ? " " : ""}${flow(value)}`,
    );
  const inside = inBrackets(source, path);
  const blanks = indentOf(source, path);
  if (typeof value === "string") {
    const quotes = { QUOTE_SINGLE: "single", QUOTE_DOUBLE: "double" };
    const quote = textOf(node) ? (quotes[/** @type {"QUOTE_SINGLE"} */ (node.type)] ?? null) : null;
    const text =
      inside || !value.includes("\n") ? word(value, inside, quote) : behind(value, blanks).slice(1);
    return splice(source.text, start, end, headed(text, remarkIn(node, before)));
  }
  if (!inside && !isObject(value))
    return splice(source.text, start, end, headed(flow(value), remarkIn(node, before)));
  if (inside) return splice(source.text, start, end, flow(value));
  const key = pairOf(piece(source, path.slice(0, -1)), path[path.length - 1])?.key;
  if (!key)
    return splice(source.text, start, end, lines(value, start - lineStart(source.text, start)));
  const colon = source.text.indexOf(":", key.range[1]);
  const remark = remarkOf(source.text.slice(colon + 1, start)) || remarkIn(node, before);
  return splice(source.text, colon + 1, end, headed(behind(value, blanks), remark));
}

/**
 * Return a value with a remark on its first line.
 *
 * @param {string} text
 * @param {string} remark
 */
function headed(text, remark) {
  const [head] = text.split("\n", 1);
  return head + remark + text.slice(head.length);
}

/**
 * Return the remark on the first line of a text over lines: `|  # so`.
 *
 * @param {any} node
 * @param {string} text of it
 */
function remarkIn(node, text) {
  return String(node.type).startsWith("BLOCK") ? remarkOf(text) : "";
}

/** @param {string} text */
function remarkOf(text) {
  return /^[^\n]*?([ \t]+#[^\n]*)/.exec(text)?.[1] ?? "";
}

/**
 * @param {Source} source
 * @param {Path} path
 * @param {Value} value
 * @param {string[]} order
 */
function added(source, path, value, order) {
  const map = piece(source, path.slice(0, -1));
  const key = String(path[path.length - 1]);
  if (!isMap(map) || !map.items.length) return null;
  const rank = order.indexOf(key);
  const earlier = rank < 0 ? [] : order.slice(0, rank);
  let after = map.items.length - 1;
  if (rank >= 0) {
    const found = map.items.findLastIndex((pair) => earlier.includes(keyOf(pair.key)));
    if (found >= 0) after = found;
  }
  const end = lastOfPair(source, map.items[after]);
  if (map.flow) return splice(source.text, end, end, `, ${word(key, true)}: ${flow(value)}`);
  const indent = column(source, map);
  const line = lineEnd(source.text, end);
  return splice(
    source.text,
    line,
    line,
    `\n${" ".repeat(indent)}${word(key, false)}:${behind(value, indent)}`,
  );
}

/**
 * @param {Source} source
 * @param {Path} path
 */
function dropped(source, path) {
  const map = piece(source, path.slice(0, -1));
  if (!isMap(map)) return null;
  if (map.items.length < 2) return path.length > 1 ? over(source, path.slice(0, -1), {}) : null;
  const index = map.items.indexOf(pairOf(map, path[path.length - 1]));
  const start = /** @type {any} */ (map.items[index].key).range[0];
  const end = lastOfPair(source, map.items[index]);
  if (map.flow) {
    if (index) return splice(source.text, lastOfPair(source, map.items[index - 1]), end, "");
    return splice(source.text, start, /** @type {any} */ (map.items[1].key).range[0], "");
  }
  const line = lineStart(source.text, start);
  if (/\S/.test(source.text.slice(line, start))) {
    return splice(source.text, start, /** @type {any} */ (map.items[index + 1].key).range[0], "");
  }
  return splice(source.text, line, Math.min(lineEnd(source.text, end) + 1, source.text.length), "");
}

/**
 * Return the text with the items of a list arranged otherwise; what is above an item goes with it.
 *
 * @param {Source} source
 * @param {any} list
 * @param {(parts: string[]) => string[]} arrange
 */
function rebuilt(source, list, arrange) {
  const { text } = source;
  const items = list.items;
  if (list.flow) {
    const parts = items.map((/** @type {any} */ item) =>
      text.slice(beginning(item), last(source, item)),
    );
    const [start, end] = [beginning(items[0]), last(source, items[items.length - 1])];
    if (
      items.some(
        (/** @type {any} */ item, /** @type {number} */ index) =>
          index && REMARK.test(text.slice(last(source, items[index - 1]), beginning(item))),
      )
    )
      return null; // what is remarked between them would be lost
    return splice(text, start, end, arrange(parts).join(", "));
  }
  const ends = items.map((/** @type {any} */ item) => lineEnd(text, last(source, item)));
  const indent = column(source, list);
  let start = lineStart(text, beginning(list));
  if (/\S/.test(text.slice(start, start + indent))) return null;
  const remark = " ".repeat(indent) + "#";
  while (start && text.slice(lineStart(text, start - 1)).startsWith(remark))
    start = lineStart(text, start - 1);
  const chunks = ends.map((/** @type {number} */ end, /** @type {number} */ index) =>
    text.slice(index ? ends[index - 1] + 1 : start, end),
  );
  const gaps = chunks.map((/** @type {string} */ chunk) => /^(?:[ \t]*\n)*/.exec(chunk)?.[0] ?? "");
  const bodies = chunks.map((/** @type {string} */ chunk, /** @type {number} */ index) =>
    chunk.slice(gaps[index].length),
  );
  const usual = gaps.length > 1 ? gaps[1] : "";
  const made = arrange(bodies).map((body, index) => (index ? (gaps[index] ?? usual) : "") + body);
  return splice(text, start, ends[ends.length - 1], made.join("\n"));
}

/**
 * @param {Source} source
 * @param {Path} path
 * @param {any} node
 * @param {Path} keys
 */
function nested(source, path, node, keys) {
  const [start, end] = [beginning(node), last(source, node)];
  const own = source.text.slice(start, end);
  if (
    inBrackets(source, path) ||
    (isCollection(node) ? node.flow && !own.includes("\n") && !keys.includes(0) : false)
  ) {
    const [open, close] = brackets(keys);
    return splice(source.text, start, end, `${open}${own}${close}`);
  }
  const key = pairOf(piece(source, path.slice(0, -1)), path[path.length - 1])?.key;
  let blanks = key ? indentOf(source, path) + 2 : start - lineStart(source.text, start);
  const begin = key ? source.text.indexOf(":", key.range[1]) + 1 : start;
  if (REMARK.test(source.text.slice(begin, start))) return null;
  let head = key ? `\n${" ".repeat(blanks)}` : "";
  keys.forEach((one, index) => {
    if (typeof one === "string") {
      head += `${word(one, false)}:`;
      blanks += 2;
      const next = keys[index + 1];
      head += next === undefined && !isCollection(node) ? " " : `\n${" ".repeat(blanks)}`;
    } else {
      head += "- ";
      blanks += 2;
    }
  });
  return splice(source.text, begin, end, head + shifted(source, node, blanks));
}

/**
 * Return the text of a piece for another place, its further lines moved along.
 *
 * @param {Source} source
 * @param {any} node
 * @param {number} blanks before its first line
 */
function shifted(source, node, blanks) {
  const start = beginning(node);
  const by = blanks - (start - lineStart(source.text, start));
  const own = source.text.slice(start, last(source, node));
  if (by >= 0) return own.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(by)}`);
  return own.replaceAll(new RegExp(`\n {1,${-by}}`, "g"), "\n");
}

/** @param {Path} keys */
function brackets(keys) {
  const open = keys
    .map((key) => (typeof key === "string" ? `{${word(key, true)}: ` : "["))
    .join("");
  const close = keys
    .toReversed()
    .map((key) => (typeof key === "string" ? "}" : "]"))
    .join("");
  return [open, close];
}

/**
 * @param {Path} keys
 * @param {Value} value
 * @returns {Value}
 */
function around(keys, value) {
  return keys.reduceRight(
    (held, key) => (typeof key === "string" ? { [key]: held } : [held]),
    value,
  );
}

/**
 * @param {Source} source
 * @param {Path} path
 */
function inBrackets(source, path) {
  return path.some((_, index) => piece(source, path.slice(0, index))?.flow);
}

/**
 * Return the blanks before the key, or the dash, of a piece.
 *
 * @param {Source} source
 * @param {Path} path
 */
function indentOf(source, path) {
  const outer = path.length ? piece(source, path.slice(0, -1)) : null;
  return outer ? column(source, outer) : 0;
}

/**
 * Return in which column the entries of a piece begin.
 *
 * @param {Source} source
 * @param {any} node
 */
function column(source, node) {
  const start =
    isMap(node) && node.items.length
      ? /** @type {any} */ (node.items[0].key).range[0]
      : beginning(node);
  return start - lineStart(source.text, start);
}

/**
 * @param {any} node
 * @returns {number}
 */
function beginning(node) {
  return node.range[0];
}

/**
 * Return where a piece ends, without what is behind it.
 *
 * @param {Source} source
 * @param {any} node
 * @returns {number}
 */
function last(source, node) {
  if (isCollection(node) && !node.flow && node.items.length) {
    const item = node.items[node.items.length - 1];
    return isPair(item) ? lastOfPair(source, item) : last(source, item);
  }
  const [start, end] = node.range;
  return start + source.text.slice(start, end).trimEnd().length;
}

/**
 * @param {Source} source
 * @param {any} pair
 */
function lastOfPair(source, pair) {
  const colon = source.text.indexOf(":", pair.key.range[1]) + 1;
  return pair.value?.range ? Math.max(colon, last(source, pair.value)) : colon;
}

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {string} between
 */
function splice(text, from, to, between) {
  return text.slice(0, from) + between + text.slice(to);
}

/**
 * @param {string} text
 * @param {number} at
 */
function lineStart(text, at) {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/**
 * @param {string} text
 * @param {number} at
 */
function lineEnd(text, at) {
  const found = text.indexOf("\n", at);
  return found < 0 ? text.length : found;
}

/** Where the lines of the last text begin: one is asked for again and again. */
let counted = { text: "", starts: [0] };

/**
 * @param {string} text
 * @param {number} at
 */
export function lineAt(text, at) {
  if (counted.text !== text)
    counted = { text, starts: [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)] };
  let [from, to] = [0, counted.starts.length];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (counted.starts[middle] <= at) from = middle;
    else to = middle;
  }
  return from + 1;
}
