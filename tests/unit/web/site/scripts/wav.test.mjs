import assert from "node:assert/strict";
import { test } from "node:test";
import { wav, whole } from "../../../../../src/huiting/web/site/scripts/record/wav.js";

test("samples become whole numbers, too loud ones the loudest", () => {
  assert.deepEqual([...whole(new Float32Array([0, 0.5, -1, 2]))], [0, 16384, -32767, 32767]);
});

test("a file says how long it is and has all blocks in order", async () => {
  const file = wav([new Int16Array([1, 2]), new Int16Array([-3])], 48_000);
  const view = new DataView(await file.arrayBuffer());
  const samples = [0, 1, 2].map((n) => view.getInt16(44 + 2 * n, true));

  assert.equal(file.type, "audio/wav");
  assert.equal(view.getUint32(24, true), 48_000);
  assert.equal(view.getUint32(40, true), 6);
  assert.equal(view.getUint32(4, true), file.size - 8);
  assert.deepEqual(samples, [1, 2, -3]);
});
