// A YAML text changed piece by piece: what is not meant stays, whatever is changed means what it should.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { registerHooks } from "node:module";
import { test } from "node:test";

const root = new URL("../../../../../", import.meta.url);
const library = new URL("frontend/node_modules/yaml/dist/index.js", root).href;
registerHooks({ resolve: (name, context, next) => next(name === "yaml" ? library : name, context) });
const edits = await import("../../../../../src/huiting/web/site/scripts/editor/text/edits.js");
const { read, put, drop, insert, remove, move, copy, list, rename, nest, lift, difference, lineAt } = edits;
const { look } = await import("../../../../../src/huiting/web/site/scripts/editor/text/look.js");

const RULE = `# ours
format: huiting-rules/1   # never changes
odd-key: kept
rules:
  # the first
  - id: greeting
    name: 问候   # said to all
    require: {said: [您好, 你好], by: agent}

  # the second
  - id: closing
    name: "bye"
    why: >-
      people
      like it
    require:
      said:
        # two
        - 再见
        - 拜拜
      by: agent
  - id: last
    name: last
    require:
      - said: a
      - said: b
`;

/** Each change: what is done, what goes and what comes; all else stays. */
const CHANGES = [
  ["a word", (s) => put(s, ["rules", 0, "name"], "开头问候"), "name: 问候 ", "name: 开头问候 "],
  ["a quoted word", (s) => put(s, ["rules", 1, "name"], "bye bye"), '"bye"', '"bye bye"'],
  ["text that looks like a number", (s) => put(s, ["rules", 0, "name"], "10"), "name: 问候 ", "name: '10' "],
  ["a word with a colon", (s) => put(s, ["rules", 0, "name"], "a: b"), "name: 问候 ", "name: 'a: b' "],
  ["folded text", (s) => put(s, ["rules", 1, "why"], "short"), ">-\n      people\n      like it", "short"],
  ["a new entry in brackets", (s) => put(s, ["rules", 0, "require", "first"], 15), "by: agent}", "by: agent, first: 15}"],
  ["a new entry in its place", (s) => put(s, ["rules", 0, "severity"], "major", ["id", "name", "severity", "require"]), "said to all\n", "said to all\n    severity: major\n"],
  ["an entry at the end", (s) => put(s, ["rules", 2, "version"], 2), "      - said: b\n", "      - said: b\n    version: 2\n"],
  ["an entry goes", (s) => drop(s, ["rules", 1, "why"]), "    why: >-\n      people\n      like it\n", ""],
  ["an entry of brackets goes", (s) => drop(s, ["rules", 0, "require", "by"]), ", by: agent", ""],
  ["a word joins a list in brackets", (s) => list(s, ["rules", 0, "require", "said"], ["您好", "早上好", "你好"]), "您好, 你好", "您好, 早上好, 你好"],
  ["a word of a list over lines changes", (s) => list(s, ["rules", 1, "require", "said"], ["再会", "拜拜"]), "再见", "再会"],
  ["a word of a list over lines goes", (s) => list(s, ["rules", 1, "require", "said"], ["再见"]), "        - 拜拜\n", ""],
  ["words instead of one", (s) => list(s, ["rules", 2, "require", 0, "said"], ["a", "c"]), "said: a", "said: [a, c]"],
  ["an item joins", (s) => insert(s, ["rules", 2, "require"], 1, { said: "x", by: "agent" }), "      - said: a\n", "      - said: a\n      - said: x\n        by: agent\n"],
  ["the last item goes", (s) => remove(s, ["rules"], 2), "  - id: last\n    name: last\n    require:\n      - said: a\n      - said: b\n", ""],
  ["a key changes", (s) => rename(s, ["rules", 0, "require"], "forbid"), "require: {", "forbid: {"],
  ["into a group", (s) => nest(s, ["rules", 0, "require"], ["all", 0]), "require: {said: [您好, 你好], by: agent}", "require:\n      all:\n        - {said: [您好, 你好], by: agent}"],
  ["the other way round", (s) => nest(s, ["rules", 2, "require", 0], ["not"]), "- said: a", "- not:\n          said: a"],
  ["a list into a group", (s) => nest(s, ["rules", 2, "require"], ["any"]), "require:\n      - said: a\n      - said: b", "require:\n      any:\n        - said: a\n        - said: b"],
  ["out of a group", (s) => lift(s, ["rules", 2, "require"], [1]), "- said: a\n      - said: b", "said: b"],
];

for (const [what, change, gone, come] of CHANGES) {
  test(what, () => {
    const made = change(read(RULE));

    assert.equal(RULE.split(gone).length, 2, "the test names one place");
    assert.equal(made, RULE.replace(gone, () => come));
  });
}

test("items change places with what stands above them, and a copy stands behind", () => {
  const moved = move(read(RULE), ["rules"], 1, 0);
  assert.deepEqual(read(moved).doc.toJS().rules.map((rule) => rule.id), ["closing", "greeting", "last"]);
  assert.ok(moved.indexOf("# the second") < moved.indexOf("- id: closing"));
  assert.ok(moved.indexOf("# the first") > moved.indexOf("拜拜"));
  assert.equal(move(read(moved), ["rules"], 1, 0), RULE);
  const copied = copy(read(RULE), ["rules"], 0);
  assert.deepEqual(read(copied).doc.toJS().rules.map((rule) => rule.id), ["greeting", "greeting", "closing", "last"]);
});

test("a list that loses everything, and one that begins", () => {
  const none = remove(read("a: 1\nlist:\n  - x: 1\n"), ["list"], 0);
  assert.equal(none, "a: 1\nlist: []\n");
  assert.equal(insert(read(none), ["list"], 0, { x: 1, w: "z" }), "a: 1\nlist:\n  - x: 1\n    w: z\n");
  assert.equal(insert(read("a: 1\n"), ["list"], 0, { x: 1, w: "z" }), "a: 1\nlist:\n  - x: 1\n    w: z\n");
  assert.equal(put(read("a: 1"), ["b", "c"], 2), "a: 1\nb:\n  c: 2");
});

/** What stands beside a value and is not meant: it stays. */
const REMARKS = [
  ["a text over lines with a remark on its first", (s) => put(s, ["b"], "x"), "a: 1\nb: |-  # why\n  one\n  two\nc: 2\n", "a: 1\nb: x  # why\nc: 2\n"],
  ["such a text that gets other lines", (s) => put(s, ["b"], "x\ny"), "b: >-  # why\n  one\nc: 2\n", "b: |-  # why\n  x\n  y\nc: 2\n"],
  ["a list with a remark on its key", (s) => put(s, ["b"], []), "b:  # why\n  - x: 1\nc: 2\n", "b: []  # why\nc: 2\n"],
];

for (const [what, change, before, after] of REMARKS) {
  test(`a remark stays: ${what}`, () => assert.equal(change(read(before)), after));
}

test("remarks stay where the whole is written anew", () => {
  const brackets = list(read("a: [x, # one\n  y]\n"), ["a"], ["x", "y", "z"]);
  assert.match(brackets, /# one/);
  assert.deepEqual(read(brackets).doc.toJS(), { a: ["x", "y", "z"] });
  const denied = nest(read("a:\n  # two\n  b: 1\n"), ["a"], ["not"]);
  assert.match(denied, /# two/);
  assert.deepEqual(read(denied).doc.toJS(), { a: { not: { b: 1 } } });
});

test("the only entry goes, and what is around it stays as it is written", () => {
  const text = "odd:   1\nrequire:\n  said:\n    any: [a]\n  by: agent\n";
  const none = drop(read(text), ["require", "said", "any"]);
  assert.equal(none, "odd:   1\nrequire:\n  said: {}\n  by: agent\n");
  assert.equal(drop(read("a:  1\nb: {c: 2}\n"), ["b", "c"]), "a:  1\nb: {}\n");
});

test("what is not there is put into nothing", () => {
  assert.equal(nest(read("a: 1\n"), ["b"], ["not"]), "a: 1\n");
});

test("many words come at once, into either kind of list", () => {
  const many = Array.from({ length: 400 }, (_, index) => `w${index}`);
  for (const text of ["a: [w0]\nb:   1\n", "a:\n  # one\n  - w0\nb:   1\n"]) {
    const made = list(read(text), ["a"], many);
    assert.deepEqual(read(made).doc.toJS(), { a: many, b: 1 });
    assert.ok(made.endsWith("\nb:   1\n"));
    assert.equal(list(read(made), ["a"], ["w0"]), text);
  }
});

test("text is quoted where some reader would take it for something else", () => {
  for (const text of ["0xFF", "-0x1F", "+.inf", "-.Inf"])
    assert.equal(put(read("a: b\n"), ["a"], text), `a: '${text}'\n`);
  assert.equal(list(read("a: [b]\n"), ["a"], ["b", "why?"]), "a: [b, 'why?']\n");
  assert.equal(put(read("a: b\n"), ["a"], "why?"), "a: why?\n");
});

test("numbers that are equal are alike", () => {
  assert.equal(put(read("a:   .nan\nc: 1\n"), ["c"], -0), "a:   .nan\nc: 0\n");
});

test("keys that are found under another name are for the text alone", () => {
  for (const key of ["5.0", "null", "0x10", "1e3"])
    assert.equal(look(read(`g:\n  ${key}: 1\n`), ["g"]).kind, "odd", key);
  assert.deepEqual(look(read("g:\n  5: 1\n  true: 2\n  a: 3\n"), ["g"]).keys, ["5", "true", "a"]);
});

test("the line of a place", () => {
  const text = "a\n\nbc\n";
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((at) => lineAt(text, at)), [1, 1, 2, 3, 3, 3, 4]);
  assert.equal(lineAt("abc", 2), 1);
});

test("text that is no YAML has the line of the mistake", () => {
  assert.equal(read("a: 1\nb: [1, 2\nc: 3\n").wrong?.line, 3);
  assert.equal(read("a: 1\n").wrong, null);
});

test("the difference of two texts is as small as can be", () => {
  assert.deepEqual(difference("abcd", "abXcd"), { from: 2, to: 2, insert: "X" });
  assert.deepEqual(difference("aa", "aaa"), { from: 2, to: 2, insert: "a" });
});

const shipped = ["rules/", "rules/scorecards/", "src/huiting/quality/intents/lists/"].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}${name}`),
);

for (const name of shipped) {
  test(`whatever is changed in ${name}, nothing else does`, () => {
    const text = readFileSync(new URL(name, root), "utf8");
    const source = read(text);
    let seed = 7;
    const every = [...paths(source.doc.contents, [])].filter(() => (seed = (seed * 16807) % 2147483647) % 37 === 0);
    for (const path of every.slice(0, 9)) {
      const value = source.doc.getIn(path);
      if (typeof value !== "string" || value.includes("\n")) continue;
      const there = put(source, path, `${value}，x: 'y' #`);
      assert.equal(read(there).doc.getIn(path), `${value}，x: 'y' #`);
      assert.equal(JSON.stringify(read(put(read(there), path, value)).doc), JSON.stringify(source.doc));
    }
    const [key] = ["rules", "sections", "intents"].filter((one) => source.doc.has(one));
    const many = source.doc.get(key).items.length;
    assert.equal(move(read(move(source, [key], 0, many - 1)), [key], many - 1, 0), text);
    assert.equal(remove(read(copy(source, [key], 1)), [key], 2), text);
  });
}

function* paths(node, at) {
  for (const [index, item] of (node?.items ?? []).entries()) {
    const key = item.key ? item.key.value : index;
    const value = item.key ? item.value : item;
    if (value?.items) yield* paths(value, [...at, key]);
    else if (value) yield [...at, key];
  }
}
