import assert from "node:assert/strict";
import { test } from "node:test";
import { wav } from "../../../../../src/huiting/web/site/scripts/record/wav.js";

test("samples become 16 bit, too loud ones the loudest", async () => {
  const file = wav([new Float32Array([0, 0.5]), new Float32Array([-1, 2])], 48_000);
  const view = new DataView(await file.arrayBuffer());
  const samples = [0, 1, 2, 3].map((n) => view.getInt16(44 + 2 * n, true));

  assert.equal(file.type, "audio/wav");
  assert.equal(view.getUint32(24, true), 48_000);
  assert.equal(view.getUint32(40, true), 8);
  assert.equal(view.getUint32(4, true), file.size - 8);
  assert.deepEqual(samples, [0, 16384, -32767, 32767]);
});
