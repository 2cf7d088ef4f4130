// One chart: its option is JSON in `data-chart`, its colours are those of the page.
// A point that has a `url` leads there.
import { init } from "./echarts.js";
import { completed } from "./option.js";

const PALETTE = ["blue", "orange", "green", "purple", "red", "cyan", "yellow", "pink"];

/** @type {WeakSet<HTMLElement>} */
const drawn = new WeakSet();

/** @param {HTMLElement} element with a height */
export function draw(element) {
  if (drawn.has(element)) return;
  drawn.add(element);
  const chart = init(element, undefined, { renderer: "svg" });
  const show = () => chart.setOption(completed(JSON.parse(element.dataset.chart ?? "{}"), colours()), true);
  show();
  chart.on("click", ({ data }) => {
    if (data && typeof data === "object" && "url" in data) location.assign(String(data.url));
  });
  const sizes = new ResizeObserver(() => chart.resize());
  const themes = new MutationObserver(show);
  sizes.observe(element);
  themes.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  document.addEventListener("htmx:afterSwap", function gone() {
    if (element.isConnected) return;
    for (const watcher of [sizes, themes]) watcher.disconnect();
    document.removeEventListener("htmx:afterSwap", gone);
    chart.dispose();
  });
}

/** @returns {import("./option.js").Colours} */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(`--tblr-${name}`).trim();
  return {
    text: value("body-color"),
    lines: value("border-color"),
    back: value("bg-surface"),
    palette: PALETTE.map(value),
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}
