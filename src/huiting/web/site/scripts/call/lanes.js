// What is drawn below the waveform on the same axis of time: mood, emotions, sounds, silence,
// overlap, rules. Only what is in sight is drawn.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 14; // pixels of a lane
const CURVE = 36;
const LEAST = 3; // pixels of the shortest thing

/**
 * @typedef {[number, number, string, string]} Item begin, end, colour, what it says
 * @typedef {{role: string, name: string, points: [number, number | null][]}} Curve
 * @typedef {{emotion: Item[], sounds: Item[], silence: Item[], overlap: Item[], rules: Item[], curves: Curve[]}} Drawn
 * @typedef {import("./wave.js").Window} Window
 */

const LANES = /** @type {const} */ (["emotion", "sounds", "silence", "overlap", "rules"]);

export class Lanes {
  #box;
  #drawn;
  /** @type {SVGElement} */
  #curve;
  /** @type {Map<string, SVGElement>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} box
   * @param {Drawn} drawn
   * @param {(from: number, to: number) => void} chosen told the stretch that somebody points at
   */
  constructor(box, drawn, chosen) {
    this.#box = box;
    this.#drawn = drawn;
    this.#curve = row("mood", CURVE);
    for (const name of LANES) this.#rows.set(name, row(name, HEIGHT));
    box.replaceChildren(this.#curve, ...this.#rows.values());
    box.addEventListener("click", (event) => {
      const mark = event.target instanceof Element ? event.target.closest("[data-begin]") : null;
      if (mark)
        chosen(Number(mark.getAttribute("data-begin")), Number(mark.getAttribute("data-end")));
    });
  }

  /** @param {Window} window */
  draw(window) {
    const width = this.#box.clientWidth;
    for (const svg of [this.#curve, ...this.#rows.values()])
      svg.setAttribute("width", String(width));
    this.#curve.replaceChildren(
      line(0, CURVE / 2, width, CURVE / 2),
      ...this.#drawn.curves.flatMap((curve) => path(curve, window)),
    );
    for (const [name, svg] of this.#rows) {
      svg.replaceChildren(
        ...marks(this.#drawn[/** @type {typeof LANES[number]} */ (name)], window),
      );
    }
  }
}

/**
 * @param {string} name
 * @param {number} height
 */
function row(name, height) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "lane");
  svg.setAttribute("data-lane", name);
  svg.setAttribute("height", String(height));
  return svg;
}

/**
 * @param {Item[]} items
 * @param {Window} window
 */
function marks(items, { from, to, scale }) {
  /** @type {SVGElement[]} */
  const found = [];
  let last = { x: -1, kind: "" };
  for (const [begin, end, kind, says] of items) {
    if (end < from || begin > to) continue;
    const x = Math.round((begin - from) * scale);
    if (x === last.x && kind === last.kind) continue; // nothing that could be told apart
    last = { x, kind };
    const mark = document.createElementNS(SVG, "rect");
    mark.setAttribute("x", String(x));
    mark.setAttribute("y", "1");
    mark.setAttribute("height", String(HEIGHT - 2));
    mark.setAttribute("width", String(Math.max(LEAST, Math.round((end - begin) * scale))));
    mark.setAttribute("class", "mark");
    mark.setAttribute("data-kind", kind);
    mark.setAttribute("data-begin", String(begin));
    mark.setAttribute("data-end", String(end));
    const title = document.createElementNS(SVG, "title");
    title.textContent = says;
    mark.append(title);
    found.push(mark);
  }
  return found;
}

/**
 * @param {Curve} curve
 * @param {Window} window
 */
function path(curve, { from, scale }) {
  /** @type {string[][]} */
  const parts = [[]];
  for (const [time, value] of curve.points) {
    if (value === null) parts.push([]);
    else
      parts[parts.length - 1].push(
        `${((time - from) * scale).toFixed(1)},${(((1 - value) / 2) * (CURVE - 4) + 2).toFixed(1)}`,
      );
  }
  return parts
    .filter((points) => points.length > 1)
    .map((points) => {
      const drawn = document.createElementNS(SVG, "polyline");
      drawn.setAttribute("points", points.join(" "));
      drawn.setAttribute("class", "curve");
      drawn.setAttribute("data-kind", curve.role);
      const title = document.createElementNS(SVG, "title");
      title.textContent = curve.name;
      drawn.append(title);
      return drawn;
    });
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function line(x1, y1, x2, y2) {
  const drawn = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 }))
    drawn.setAttribute(name, String(value));
  drawn.setAttribute("class", "zero");
  return drawn;
}
