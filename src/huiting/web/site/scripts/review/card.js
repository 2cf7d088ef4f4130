// One item on the page: its verdicts, which of them is looked at, and what was decided.
import { Player } from "../call/player.js";

/** @typedef {{rule: string, decision: string, moment: string}} Mark */

export class Card {
  root;
  player;
  #at = 0;
  #heard = -1;

  /** @param {HTMLElement} root the article */
  constructor(root) {
    this.root = root;
    const sound = /** @type {HTMLAudioElement | null} */ (root.querySelector("[data-sound]"));
    this.player = new Player(sound, Number(root.dataset.duration));
    root.addEventListener("click", (event) => this.#clicked(event));
    this.look(0);
  }

  get key() {
    return this.root.dataset.item ?? "";
  }

  get whole() {
    return this.root.dataset.whole === "yes";
  }

  /** Verdicts that can be reached: those that are folded away cannot. */
  get rows() {
    const all = [...this.root.querySelectorAll("[data-row]")];
    return /** @type {HTMLElement[]} */ (all.filter((row) => !row.closest("details:not([open])")));
  }

  get row() {
    return this.rows.at(this.#at) ?? null;
  }

  get comment() {
    return /** @type {HTMLTextAreaElement} */ (this.root.querySelector("[data-comment]"));
  }

  /** The verdicts that still lack a decision. */
  get undecided() {
    const asked = [...this.root.querySelectorAll("[data-asked] > [data-row]")];
    return asked.filter((row) => !row.querySelector('[aria-pressed="true"]'));
  }

  /** @returns {Mark[]} */
  get marks() {
    const pressed = [...this.root.querySelectorAll('[data-row] [aria-pressed="true"]')];
    return pressed.map((button) => {
      const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
      const moment = /** @type {HTMLInputElement | null} */ (row.querySelector("[data-moment]"));
      return {
        rule: row.dataset.rule ?? "",
        decision: button.getAttribute("data-decide") ?? "",
        moment: moment?.value ?? "",
      };
    });
  }

  /** @param {number} place */
  look(place) {
    const rows = this.rows;
    this.#at = Math.max(0, Math.min(place, rows.length - 1));
    this.#heard = -1;
    for (const row of this.root.querySelectorAll("[data-row]")) {
      row.setAttribute("aria-current", String(row === rows[this.#at]));
    }
    if (place) rows[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} steps */
  move(steps) {
    this.look(this.#at + steps);
  }

  /** Play the next piece of evidence; the call itself where there is none. */
  hear() {
    if (this.player.playing) return this.player.pause();
    const row = this.row;
    const pieces = row ? [...row.querySelectorAll("[data-from]")] : [];
    if (!pieces.length) return this.player.toggle();
    this.#heard = (this.#heard + 1) % pieces.length;
    this.#play(pieces[this.#heard]);
  }

  /**
   * Decide by key; true when that could be done.
   *
   * @param {string} key
   */
  choose(key) {
    const button = this.row?.querySelector(`[data-key="${key}"]`);
    if (button instanceof HTMLElement) {
      this.#press(button);
      return true;
    }
    return false;
  }

  /** Open what else may be wrong with the call, and go there. */
  others() {
    const folded = /** @type {HTMLDetailsElement | null} */ (
      this.root.querySelector("[data-others]")
    );
    if (!folded) return;
    folded.open = true;
    this.look(this.rows.findIndex((row) => "other" in row.dataset));
  }

  /** Look at the first verdict that lacks a decision. */
  nextOpen() {
    const open = this.undecided[0];
    if (open instanceof HTMLElement) this.look(this.rows.indexOf(open));
    return Boolean(open);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    const piece = target?.closest("[data-from]");
    const choice = target?.closest("[data-decide]");
    const row = target?.closest("[data-row]");
    if (row instanceof HTMLElement) this.look(this.rows.indexOf(row));
    if (piece) this.#play(piece);
    if (choice instanceof HTMLElement) this.#press(choice);
  }

  /** @param {Element} piece */
  #play(piece) {
    const to = Number(piece.getAttribute("data-to"));
    this.player.play(Number(piece.getAttribute("data-from")), to);
  }

  /** @param {HTMLElement} button */
  #press(button) {
    const row = /** @type {HTMLElement} */ (button.closest("[data-row]"));
    const again = button.getAttribute("aria-pressed") === "true";
    for (const other of row.querySelectorAll("[data-decide]")) {
      other.setAttribute("aria-pressed", "false");
    }
    button.setAttribute("aria-pressed", String(!again));
    const moment = /** @type {HTMLInputElement | null} */ (row.querySelector("[data-moment]"));
    if (moment && !again && !moment.value && this.player.now > 0)
      moment.value = this.player.now.toFixed(1);
    if (moment && again) moment.value = "";
    this.root.dispatchEvent(new CustomEvent("decided", { detail: !again }));
  }
}
