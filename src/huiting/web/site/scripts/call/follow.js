// The transcript and the sound go together: the line and the word that are heard are marked,
// and scrolled to while somebody wants to follow.

/**
 * @typedef {import("./chunks.js").Chunks} Chunks
 * @typedef {{start: number[], end: number[], size: number[], role: string[]}} Lines
 */

export class Follow {
  #box;
  #chunks;
  #lines;
  #wanted;
  #current = -1;
  /** @type {Element | null} */
  #word = null;

  /**
   * @param {HTMLElement} box
   * @param {Chunks} chunks
   * @param {Lines} lines
   * @param {HTMLInputElement | null} wanted whether to follow
   */
  constructor(box, chunks, lines, wanted) {
    this.#box = box;
    this.#chunks = chunks;
    this.#lines = lines;
    this.#wanted = wanted;
    for (const event of ["wheel", "touchmove"]) {
      box.addEventListener(event, () => this.follow(false), { passive: true });
    }
    wanted?.addEventListener("change", () => wanted.checked && this.scroll(this.#current));
  }

  /** The line that is heard, or was heard last; -1 before the first. */
  get current() {
    return this.#current;
  }

  /** @param {number} line */
  span(line) {
    const { start, end } = this.#lines;
    return line < 0 || line >= start.length
      ? null
      : /** @type {[number, number]} */ ([start[line], end[line]]);
  }

  /**
   * Return where the line so many after this one begins; null when there is none.
   *
   * @param {number} steps
   */
  beside(steps) {
    const wanted = Math.max(0, this.#current + steps);
    return wanted < this.#lines.start.length ? this.#lines.start[wanted] : null;
  }

  /** @param {boolean} wanted */
  follow(wanted) {
    if (this.#wanted) this.#wanted.checked = wanted;
  }

  /** @param {number} now second of the call */
  move(now) {
    const line = this.#at(now + 0.02);
    if (line !== this.#current || !this.#chunks.there(line)?.ariaCurrent) {
      if (this.#current >= 0) this.#chunks.there(this.#current)?.removeAttribute("aria-current");
      const changed = line !== this.#current;
      this.#current = line;
      this.#chunks.there(line)?.setAttribute("aria-current", "true");
      if (changed && this.#wanted?.checked) void this.scroll(line);
    }
    this.#say(now + 0.02);
  }

  /**
   * Bring a line into sight.
   *
   * @param {number} line
   */
  async scroll(line) {
    if (line < 0) return;
    const found = await this.#chunks.line(line);
    if (!found || line !== this.#current) return;
    found.setAttribute("aria-current", "true");
    const top = found.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
    const height = this.#box.clientHeight;
    if (top < 8 || top + found.offsetHeight > height * 0.7)
      this.#box.scrollTop += top - height * 0.25;
  }

  /** @param {number} now */
  #at(now) {
    const { start } = this.#lines;
    let low = 0;
    let high = start.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (start[middle] <= now) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** @param {number} now */
  #say(now) {
    /** @type {Element | null} */
    let heard = null;
    if (this.#current >= 0 && now <= this.#lines.end[this.#current] + 0.3) {
      for (const word of this.#chunks.there(this.#current)?.querySelectorAll(".word") ?? []) {
        if (Number(word.getAttribute("data-t")) > now) break;
        heard = word;
      }
    }
    if (heard === this.#word) return;
    this.#word?.classList.remove("heard-now");
    heard?.classList.add("heard-now");
    this.#word = heard;
  }
}
