// The transcript of a call of any length: only the lines near what is in sight are in the page.
//
// It consists of chunks. One that is far away is an empty box of about its height; when it
// comes near, its lines are asked for (once) and put in.
import { htmx } from "../site/htmx.js";
import { asked } from "./asking.js";

const NEAR = "900px 0px";
const LINE = 58; // pixels of a line of text with what stands above it
const MORE = 22; // pixels of each further line of text
const WIDE = 15; // pixels of a character, about

export class Chunks {
  #box;
  #size;
  #total;
  #address;
  /** @type {HTMLElement[]} */
  #chunks = [];
  /** @type {Map<number, string>} */
  #known = new Map();
  /** @type {Map<number, Promise<void>>} */
  #coming = new Map();
  #near;

  /**
   * @param {HTMLElement} box with the first chunk in it
   * @param {(from: number) => string} address of the lines from one on
   */
  constructor(box, address) {
    this.#box = box;
    this.#size = Number(box.dataset.chunk);
    this.#total = Number(box.dataset.total);
    this.#address = address;
    this.#near = new IntersectionObserver((entries) => this.#sighted(entries), {
      root: box,
      rootMargin: NEAR,
    });
    box.addEventListener("htmx:afterSwap", (event) => {
      const chunk = event.target instanceof Element ? event.target.closest(".chunk") : null;
      if (chunk) this.#known.delete(this.#chunks.indexOf(/** @type {HTMLElement} */ (chunk)));
    });
  }

  /** @param {number[]} sizes characters of each line */
  build(sizes) {
    const first = /** @type {HTMLElement} */ (this.#box.querySelector(".chunk"));
    const there = Math.floor(Number(first.dataset.from) / this.#size);
    const wide = Math.max(10, (this.#box.clientWidth - 48) / WIDE);
    for (let from = 0; from < this.#total; from += this.#size) {
      const number = this.#chunks.length;
      const chunk = number === there ? first : document.createElement("div");
      chunk.className = "chunk";
      chunk.dataset.from = String(from);
      if (number !== there) {
        const lines = sizes.slice(from, from + this.#size);
        reserve(
          chunk,
          lines.reduce((sum, size) => sum + LINE + MORE * Math.floor(size / wide), 0),
        );
      }
      this.#chunks.push(chunk);
    }
    this.#box.replaceChildren(...this.#chunks);
    this.#box.scrollTop = first.offsetTop - this.#box.offsetTop;
    for (const chunk of this.#chunks) this.#near.observe(chunk);
  }

  /**
   * Return a line, put in if it is not there.
   *
   * @param {number} number
   * @returns {Promise<HTMLElement | null>}
   */
  async line(number) {
    const chunk = Math.floor(number / this.#size);
    if (this.#chunks.length) await this.#fill(chunk);
    return document.getElementById(`line-${number}`);
  }

  /**
   * Return a line if it is there.
   *
   * @param {number} number
   */
  there(number) {
    return document.getElementById(`line-${number}`);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const number = this.#chunks.indexOf(/** @type {HTMLElement} */ (target));
      if (isIntersecting) void this.#fill(number);
      else this.#empty(number);
    }
  }

  /**
   * @param {number} number
   * @returns {Promise<void>}
   */
  #fill(number) {
    const chunk = this.#chunks[number];
    if (!chunk || chunk.childElementCount) return Promise.resolve();
    const coming = this.#coming.get(number) ?? this.#put(number, chunk);
    this.#coming.set(number, coming);
    return coming;
  }

  /**
   * @param {number} number
   * @param {HTMLElement} chunk
   */
  async #put(number, chunk) {
    try {
      const known = this.#known.get(number);
      const text = known ?? (await this.#lines(number));
      if (text === undefined) return;
      this.#known.set(number, text);
      this.#change(chunk, () => {
        const made = document.createElement("template");
        made.innerHTML = text; // from our own server, which has escaped what was said
        reserve(chunk, null);
        chunk.replaceChildren(made.content);
        htmx.process(chunk);
      });
    } finally {
      this.#coming.delete(number);
    }
  }

  /** @param {number} number */
  async #lines(number) {
    const answer = await asked(this.#address(number * this.#size), { "HX-Request": "true" });
    return answer?.text();
  }

  /** @param {number} number */
  #empty(number) {
    const chunk = this.#chunks[number];
    if (
      !chunk.childElementCount ||
      chunk.querySelector("form") ||
      chunk.contains(document.activeElement)
    )
      return;
    this.#change(chunk, () => {
      reserve(chunk, chunk.offsetHeight);
      chunk.replaceChildren();
    });
  }

  /**
   * Change a chunk so that what is in sight stays where it is.
   *
   * @param {HTMLElement} chunk
   * @param {() => void} change
   */
  #change(chunk, change) {
    const above = chunk.offsetTop - this.#box.offsetTop + chunk.offsetHeight <= this.#box.scrollTop;
    const before = chunk.offsetHeight;
    change();
    if (above) this.#box.scrollTop += chunk.offsetHeight - before;
  }
}

/**
 * @param {HTMLElement} chunk
 * @param {number | null} height pixels; null for what its lines need
 */
function reserve(chunk, height) {
  chunk.style.height = height === null ? "" : `${height}px`;
}
