// Regions by probabilities: as the service decides, and fast enough to follow a slider.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  alone,
  at,
  outside,
  regionsOf,
  total,
} from "../../../../../src/huiting/web/site/scripts/vad/regions.js";
import {
  changed,
  read,
  toml,
  write,
} from "../../../../../src/huiting/web/site/scripts/vad/settings.js";

const vectors = JSON.parse(readFileSync(new URL("regions.vectors.json", import.meta.url), "utf8"));
const USUAL = { threshold: 0.4, release: 0.3, min_silence: 0.2, min_speech: 0.1, pad: 0.03 };

for (const { name, likely, hop, duration, options, regions } of vectors) {
  test(`the page decides as the service does: ${name}`, () => {
    const found = regionsOf({ likely: Uint8Array.from(likely), hop, duration }, options);

    assert.equal(found.length, regions.length);
    found.flat().forEach((time, place) => {
      assert.ok(Math.abs(time - regions.flat()[place]) < 1e-9, `${time} at ${place}`);
    });
  });
}

test("an hour of two channels is decided in less than 50 ms", () => {
  const likely = Uint8Array.from({ length: 112_500 }, (_, n) => 100 + 100 * Math.sin(n / 15));
  const track = { likely, hop: 0.032, duration: 3600 };
  const force = regionsOf(track, USUAL);
  const times = Array.from({ length: 7 }, (_, n) => {
    const began = performance.now();
    for (let channel = 0; channel < 2; channel += 1) {
      const now = regionsOf(track, { ...USUAL, threshold: 0.5 + n / 100 });
      alone(now, force);
      outside(now, force);
    }
    return performance.now() - began;
  });

  assert.ok(Math.min(...times) < 50, times.join(" "));
  assert.ok(force.length > 1000);
});

const NOW = [
  [1, 2],
  [3, 4],
  [8, 9],
];
const FORCE = [
  [1.5, 3.5],
  [5, 6],
];

test("what is new and what is no more overlaps nothing of the other", () => {
  assert.deepEqual(alone(NOW, FORCE), [[8, 9]]);
  assert.deepEqual(alone(FORCE, NOW), [[5, 6]]);
  assert.deepEqual(alone(NOW, []), NOW);
  assert.deepEqual(alone([], NOW), []);
});

test("seconds that only one of them has are counted", () => {
  assert.equal(outside(NOW, FORCE), 2);
  assert.equal(outside(FORCE, NOW), 2);
  assert.equal(outside(NOW, NOW), 0);
  assert.equal(total(NOW), 3);
});

test("a region is found by a second in it", () => {
  assert.deepEqual([at(NOW, 3), at(NOW, 4), at(NOW, 0)], [1, -1, -1]);
});

test("speech never ends above the probability at which it begins", () => {
  assert.deepEqual(changed(USUAL, "threshold", 0.2), { ...USUAL, threshold: 0.2, release: 0.2 });
  assert.deepEqual(changed(USUAL, "release", 0.55), { ...USUAL, threshold: 0.55, release: 0.55 });
});

test("what cannot be is brought within reach", () => {
  assert.equal(changed(USUAL, "threshold", 7).threshold, 1);
  assert.equal(changed(USUAL, "pad", -1).pad, 0);
  assert.equal(changed(USUAL, "pad", NaN).pad, USUAL.pad);
  assert.equal(changed(USUAL, "threshold", 0.4321).threshold, 0.43);
});

test("the address keeps all options that are not in force", () => {
  const query = write(new URLSearchParams("call=ab"), { ...USUAL, pad: 0.1 }, USUAL);

  assert.deepEqual(read(query, USUAL), { ...USUAL, pad: 0.1 });
  assert.deepEqual(read(query, { ...USUAL, threshold: 0.9, pad: 0 }), { ...USUAL, pad: 0.1 });
  assert.equal(write(query, USUAL, USUAL).toString(), "call=ab");
  assert.deepEqual(read(new URLSearchParams("threshold=nonsense&pad="), USUAL), USUAL);
  assert.equal([...write(new URLSearchParams(), USUAL, null)].length, 5);
});

test("lines for the settings keep what else stands there", () => {
  const lines = toml({ ...USUAL, threshold: 1 }, { fold: 0.05 }).split("\n");

  assert.deepEqual(lines.slice(0, 3), ["[vad_options]", "threshold = 1.0", "release = 0.3"]);
  assert.equal(lines.at(-1), "fold = 0.05");
});
