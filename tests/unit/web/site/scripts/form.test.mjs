// What the form of a document writes, apart from how it is drawn.
import assert from "node:assert/strict";
import { test } from "node:test";

const scripts = "../../../../../src/huiting/web/site/scripts/editor";
await import(`${scripts}/form/form.js`);
const { carried } = await import(`${scripts}/form/lists.js`);
const { storeWords, store } = await import(`${scripts}/form/controls.js`);
const { seconds } = await import(`${scripts}/form/turn.js`);
const hotwords = await import(`${scripts}/text/hotwords.js`);

const { read, put, drop } = hotwords;

test("a word that ends in a number stays that word", () => {
  const made = put(read("Windows\n"), [0, "word"], "Windows 10");
  assert.equal(made, "Windows 10 1\n");
  assert.deepEqual(read(made).words, [{ word: "Windows 10", heard: "", weight: "1" }]);
  assert.equal(drop(read("iPhone 8 2  # ours\n"), [0, "weight"]), "iPhone 8 1  # ours\n");
  assert.equal(drop(read("iPhone 2\n"), [0, "weight"]), "iPhone\n");
  assert.equal(put(read("Win 3\n"), [0, "word"], "Win 7"), "Win 7 3\n");
});

const line = { kind: "line" };
const number = { kind: "number" };
const ways = (key, shape) => ({ kind: "record", fields: [{ key, shape }] });
const POINTS = { kind: "record", fields: [{ key: "pass", shape: number }, { key: "fail", shape: number }] };

/** From what to what, what stands there, and what it becomes. */
const WAYS = [
  ["a word with more", line, { shape: ways("value", line), begin: { value: "", more: [] } }, { "": ["x"] }, { value: "x", more: [] }],
  ["a word among phrases", line, { shape: ways("say", { kind: "phrases" }), begin: { say: [], weight: 2 } }, { "": ["x"] }, { say: ["x"], weight: 2 }],
  ["back to a word", ways("value", line), { shape: line, begin: "" }, { value: ["x"] }, "x"],
  ["seconds to turns", number, { shape: ways("turns", number), begin: { turns: 3 } }, { "": ["15"] }, { turns: 3 }],
  ["a number among words", ways("above", number), { shape: line, begin: "" }, { above: ["5"] }, ""],
  ["points of what failed", number, { shape: POINTS, begin: { pass: 0, fail: -5 } }, { "": ["-7"] }, { pass: 0, fail: -7 }],
  ["only points of what failed", POINTS, { shape: number, begin: -5 }, { pass: ["1"], fail: ["-7"] }, -7],
  ["nothing", line, { shape: ways("value", line), begin: { value: "" } }, {}, { value: "" }],
];

for (const [what, from, to, held, expected] of WAYS) {
  test(`given in another way: ${what}`, () => {
    const form = { texts: (path) => held[path.slice(1).join("/")] ?? [] };
    assert.deepEqual(carried(form, ["at"], { shape: from }, to), expected);
  });
}

/** A form whose changes are told. */
function noted() {
  const done = [];
  const tells = (name) => (_, path, value) => done.push([name, path, value]);
  return {
    done,
    look: () => ({ kind: "word" }),
    change: (edit) => edit({}),
    language: { put: tells("put"), drop: tells("drop"), list: tells("list") },
  };
}

test("what stands for a whole condition is emptied, never taken away", () => {
  const about = { id: "x", label: "x", required: true, short: true };
  const form = noted();
  storeWords(form, ["said"], about, []);
  store(form, ["regex"], about, "", "");
  store(form, ["silence"], about, "", 0);
  assert.deepEqual(form.done, [["list", ["said"], []], ["put", ["regex"], ""]]);
});

test("a time is taken as people write it", () => {
  assert.deepEqual(["3-5", " ３ – ５", "3～5", "１.５", ""].map(seconds), ["3-5", "3 - 5", "3-5", "1.5", ""]);
});
