// My queue: one item after the other. The next one is fetched while this one is looked at, and
// shown before the decision has arrived; what could not be sent comes back.
import { listen } from "./call/keys.js";
import { Card } from "./review/card.js";
import { Stopwatch } from "./review/stopwatch.js";

/** @param {string} selector */
const one = (selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));
const csrf = () => one('meta[name="csrf"]')?.getAttribute("content") ?? "";

/**
 * @param {string} address
 * @param {FormData} [form]
 */
async function ask(address, form) {
  return fetch(address, {
    method: form ? "POST" : "GET",
    body: form,
    credentials: "same-origin",
    headers: { "HX-Request": "true", "X-CSRF-Token": csrf() },
  });
}

class Queue {
  #root;
  #place;
  #watch = new Stopwatch();
  /** @type {Card | null} */
  #card = null;
  /** @type {Promise<string | null> | null} */
  #ahead = null;
  /** @type {Promise<void>} */
  #sent = Promise.resolve();

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} place where the item is shown
   */
  constructor(root, place) {
    this.#root = root;
    this.#place = place;
    document.addEventListener("visibilitychange", () => this.#watch.see(!document.hidden));
    setInterval(() => this.#tick(), 1000);
    place.addEventListener("click", (event) => this.#clicked(event));
    one("[data-undo]")?.addEventListener("click", () => void this.undo());
    one("[data-keys]")?.addEventListener("click", () => this.#keys());
    this.#begin();
    this.#listen();
  }

  /** Look at what is shown now. */
  #begin() {
    const article = /** @type {HTMLElement | null} */ (this.#place.querySelector("[data-item]"));
    this.#card = article ? new Card(article) : null;
    this.#watch.restart(!document.hidden);
    this.#ahead = null;
    if (!article || !this.#card) return;
    article.addEventListener("decided", (event) => {
      if (/** @type {CustomEvent} */ (event).detail) this.#decided();
    });
    this.#ahead = this.#fetch(this.#card.key);
    this.#root.dataset.ready = this.#card.key;
  }

  /** @param {string} but key of the item that is looked at */
  async #fetch(but) {
    await this.#sent; // what is being sent is no longer open then
    try {
      const answer = await ask(`${this.#root.dataset.next}?without=${but}`);
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  /** A verdict was decided: the next one, or all of it is done where it is only one. */
  #decided() {
    const card = this.#card;
    if (!card) return;
    if (card.nextOpen()) return;
    if (!card.whole && card.row && !("other" in card.row.dataset)) void this.done();
  }

  async done() {
    const card = this.#card;
    if (!card) return;
    if (card.nextOpen()) return this.#notice("[data-undecided]");
    const form = new FormData();
    for (const mark of card.marks) {
      form.append("mark", `${mark.decision}${mark.moment ? `@${mark.moment}` : ""} ${mark.rule}`);
    }
    form.set("comment", card.comment.value);
    form.set("seconds", this.#watch.seconds.toFixed(1));
    await this.#leave(card, `${this.#root.dataset.items}${card.key}/decide`, form);
  }

  async skip() {
    const card = this.#card;
    if (card)
      await this.#leave(card, `${this.#root.dataset.items}${card.key}/skip`, new FormData());
  }

  async undo() {
    const answer = await this.#sent.then(() =>
      ask(this.#root.dataset.undoAt ?? "", new FormData()),
    );
    if (!answer.ok) return this.#told(await answer.text());
    this.#show(await answer.text());
    const state = await ask(this.#root.dataset.stateAt ?? "");
    if (state.ok) this.#state(await state.text());
  }

  /**
   * Send what was decided, and show the next item at once.
   *
   * @param {Card} card
   * @param {string} address
   * @param {FormData} form
   */
  async #leave(card, address, form) {
    this.#card = null; // no key decides twice
    card.player.pause();
    const kept = card.root;
    const ahead = this.#ahead;
    const sending = this.#send(address, form, kept);
    this.#sent = sending;
    const text = await ahead;
    if (text === null) {
      await sending;
      if (kept.isConnected && this.#card === null) location.reload();
      return;
    }
    this.#show(text);
  }

  /**
   * @param {string} address
   * @param {FormData} form
   * @param {HTMLElement} kept what to show again when it is not taken
   */
  async #send(address, form, kept) {
    try {
      const answer = await ask(address, form);
      const text = await answer.text();
      if (answer.ok) return this.#state(text);
      this.#told(text);
    } catch {
      this.#notice("[data-lost]");
    }
    this.#place.replaceChildren(kept);
    this.#begin();
  }

  /** @param {string} text a page's part, made by us */
  #show(text) {
    this.#place.innerHTML = text;
    this.#begin();
    this.#place.focus({ preventScroll: true });
    scrollTo({ top: 0 });
    const said = one("[data-said]");
    if (said) said.textContent = this.#place.querySelector("h2, .empty-title")?.textContent ?? "";
  }

  /** @param {string} text */
  #state(text) {
    const state = one("#review-state");
    if (state) state.outerHTML = text;
  }

  /** @param {string} text */
  #told(text) {
    one("#notices")?.insertAdjacentHTML("afterbegin", text);
  }

  /** @param {string} name of a template */
  #notice(name) {
    const found = document.querySelector(name);
    if (found instanceof HTMLTemplateElement) this.#told(found.innerHTML);
  }

  #tick() {
    const shown = this.#place.querySelector("[data-seconds]");
    if (shown && this.#card) shown.textContent = String(Math.floor(this.#watch.seconds));
  }

  #keys() {
    /** @type {HTMLDialogElement | null} */ (document.querySelector("#keys"))?.showModal();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-done]")) void this.done();
    if (target?.closest("[data-skip]")) void this.skip();
  }

  #listen() {
    const choose = (/** @type {string} */ key) => {
      const card = this.#card;
      if (!card || card.choose(key)) return;
      if (key === "3") card.others();
    };
    listen({
      " ": () => this.#card?.hear(),
      1: () => choose("1"),
      2: () => choose("2"),
      3: () => choose("3"),
      4: () => choose("4"),
      j: () => this.#card?.move(1),
      k: () => this.#card?.move(-1),
      Enter: () => void this.done(),
      n: () => void this.skip(),
      u: () => void this.undo(),
      c: () => this.#card?.comment.focus(),
      "?": () => this.#keys(),
    });
    this.#place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement) {
        event.target.blur();
        this.#place.focus({ preventScroll: true });
      }
    });
  }
}

const root = one("[data-review]");
const place = one("#task");
if (root && place) new Queue(root, place);
