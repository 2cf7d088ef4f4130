// What is heard, and when. Without a recording there is still a place in the call that moves
// when somebody chooses another one; it only does not go on by itself.
//
// Events: `moved` (the place has changed), `state` (playing, paused), `problem`.

const MARGIN = 0.3; // seconds kept on both sides of evidence
const LANDING = 0.15; // seconds of a silence that are left before the next word

/** @typedef {[number, number]} Span seconds */

export class Player extends EventTarget {
  /** @type {HTMLAudioElement | null} */
  #media;
  #duration;
  #place = 0;
  #early = false; // the place was chosen before the browser knew anything of the recording
  /** @type {number | null} */
  #until = null;
  /** @type {Span | null} */
  #loop = null;
  /** @type {Span[]} */
  #quiet = [];
  #skipping = false;

  /**
   * @param {HTMLAudioElement | null} media
   * @param {number} duration seconds
   */
  constructor(media, duration) {
    super();
    this.#media = media;
    this.#duration = duration;
    if (media) this.#listen(media);
  }

  /** Where in the call we are, in seconds. */
  get now() {
    return this.#media && !this.#early ? this.#media.currentTime : this.#place;
  }

  get duration() {
    return this.#duration;
  }

  get playing() {
    return this.#media !== null && !this.#media.paused && !this.#media.ended;
  }

  /** The browser knows where in the recording we are. */
  get settled() {
    return this.#media !== null && !this.#early && this.#media.readyState > 0;
  }

  /** It is to be played, and the browser has nothing to play yet. */
  get waiting() {
    return (
      this.#media !== null &&
      this.playing &&
      this.#media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA
    );
  }

  get looping() {
    return this.#loop;
  }

  get skipping() {
    return this.#skipping;
  }

  get speed() {
    return this.#media?.playbackRate ?? 1;
  }

  set speed(/** @type {number} */ speed) {
    if (!this.#media) return;
    this.#media.defaultPlaybackRate = speed;
    this.#media.playbackRate = speed;
    this.#tell("state");
  }

  /** @param {number} time */
  seek(time) {
    const place = Math.max(0, Math.min(time, Math.max(0, this.#duration - 0.05)));
    this.#until = null;
    if (this.#loop && (place < this.#loop[0] || place >= this.#loop[1])) this.loop(null);
    this.#go(place);
  }

  /**
   * Play from a second on; up to another one, if that is given.
   *
   * @param {number} [from]
   * @param {number} [to]
   */
  play(from, to) {
    if (from !== undefined) this.seek(to === undefined ? from : from - MARGIN);
    if (to !== undefined) this.#until = to + MARGIN;
    this.#media?.play().catch(() => this.#tell("problem"));
  }

  pause() {
    this.#media?.pause();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {Span | null} span heard again and again; null for nothing */
  loop(span) {
    this.#loop = span;
    this.#tell("state");
  }

  /**
   * @param {boolean} wanted
   * @param {Span[]} quiet where nobody speaks
   */
  skip(wanted, quiet) {
    this.#skipping = wanted;
    this.#quiet = quiet;
    this.#tell("state");
  }

  /** @param {number} place */
  #go(place) {
    this.#place = place;
    this.#early = this.#media !== null && this.#media.readyState === 0;
    if (this.#media && !this.#early) this.#media.currentTime = place;
    this.#tell("moved");
  }

  /** @param {HTMLAudioElement} media */
  #listen(media) {
    const tick = () => {
      this.#watch(this.now);
      this.#tell("moved");
      if (this.playing) requestAnimationFrame(tick);
    };
    media.addEventListener("loadedmetadata", () => {
      if (this.#early) this.#go(this.#place);
    });
    media.addEventListener("play", () => {
      this.#tell("state");
      requestAnimationFrame(tick);
    });
    for (const event of ["pause", "waiting", "playing", "canplay"]) {
      media.addEventListener(event, () => this.#tell("state"));
    }
    media.addEventListener("timeupdate", () => {
      this.#watch(this.now); // also in a tab that is not in sight, which draws nothing
      this.#tell("moved");
    });
    media.addEventListener("seeked", () => this.#tell("moved"));
    media.addEventListener("error", () => this.#tell("problem"));
  }

  /** @param {number} now */
  #watch(now) {
    if (!this.playing) return;
    if (this.#until !== null && now >= this.#until) {
      this.#until = null;
      this.pause();
    } else if (this.#loop && now >= this.#loop[1]) {
      this.#go(this.#loop[0]);
    } else if (this.#skipping && !this.#loop) {
      const over = this.#quiet.find(
        ([start, end]) => start + LANDING <= now && now < end - 2 * LANDING,
      );
      if (over) this.#go(over[1] - LANDING);
    }
  }

  /** @param {string} what */
  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
