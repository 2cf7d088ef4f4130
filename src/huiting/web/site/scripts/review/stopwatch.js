// How long something was on a screen that could be seen: a hidden tab, a locked screen do not count.

export class Stopwatch {
  #sum = 0;
  /** @type {number | null} */
  #since = null;
  #clock;

  /** @param {() => number} [clock] milliseconds */
  constructor(clock = () => performance.now()) {
    this.#clock = clock;
  }

  /** @param {boolean} seen */
  see(seen) {
    if (seen && this.#since === null) this.#since = this.#clock();
    else if (!seen && this.#since !== null) {
      this.#sum += this.#clock() - this.#since;
      this.#since = null;
    }
  }

  /** @param {boolean} seen */
  restart(seen) {
    this.#sum = 0;
    this.#since = null;
    this.see(seen);
  }

  get seconds() {
    const running = this.#since === null ? 0 : this.#clock() - this.#since;
    return (this.#sum + running) / 1000;
  }
}
