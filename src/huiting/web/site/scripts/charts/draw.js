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
  const show = () =>
    chart.setOption(completed(JSON.parse(element.dataset.chart ?? "{}"), colours()), true);
  show();
  chart.on("click", ({ data }) => {
    if (data && typeof data === "object" && "url" in data) location.assign(String(data.url));
  });
  const sizes = new ResizeObserver(() => chart.resize());
  const themes = new MutationObserver(show);
  sizes.observe(element);
  themes.observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
  document.addEventListener("htmx:afterSwap", function gone() {
    if (element.isConnected) return;
    for (const watcher of [sizes, themes]) watcher.disconnect();
    document.removeEventListener("htmx:afterSwap", gone);
    chart.dispose();
  });
}

/** @returns {import("./option.js").Colours} */
function colours() {
  const value = (/** @type {string} */ name) => plain(`var(--tblr-${name})`);
  return {
    text: value("body-color"),
    lines: value("border-color"),
    back: value("bg-surface"),
    palette: PALETTE.map(value),
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

const canvas = new OffscreenCanvas(1, 1).getContext("2d", {
  willReadFrequently: true,
});

/**
 * Return a colour of a style as ECharts understands it: `#rrggbb`, as it is now.
 *
 * @param {string} colour
 */
function plain(colour) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = colour;
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  if (!canvas) return resolved;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = resolved;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
