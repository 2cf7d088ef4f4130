import assert from "node:assert/strict";
import { test } from "node:test";
import { completed } from "../../../../../src/huiting/web/site/scripts/charts/option.js";

const colours = { text: "#111", lines: "#eee", back: "#fff", palette: ["#06c"], still: true };

test("a chart takes the colours of the page, and moves where the reader lets it", () => {
  const made = completed({ xAxis: { type: "value" }, series: [] }, colours);

  assert.equal(made.animation, false);
  assert.deepEqual(made.color, ["#06c"]);
  assert.equal(made.xAxis.type, "value");
  assert.equal(made.xAxis.axisLabel.color, "#111");
  assert.ok(!("yAxis" in made) && !("legend" in made));
});

test("what the page says of a chart holds, but for how tooltips are drawn", () => {
  const given = { color: ["#c00"], tooltip: { trigger: "axis", renderMode: "html" }, yAxis: [{}, {}] };
  const made = completed(given, colours);

  assert.deepEqual(made.color, ["#c00"]);
  assert.equal(made.tooltip.trigger, "axis");
  assert.equal(made.tooltip.renderMode, "richText");
  assert.equal(made.yAxis.length, 2);
});
