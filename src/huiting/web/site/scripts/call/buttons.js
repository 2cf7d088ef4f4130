// Buttons of the page, words that are pointed at, and what opens over it.
import { clock, one } from "./page.js";
import { copy, linkTo } from "./place.js";

/** @typedef {import("./player.js").Player} Player */

/**
 * Buttons and words that are pointed at, also those that come later.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 */
export function buttons(root, player) {
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const stretch = target?.closest("[data-from]:not(.chunk)");
    const place = target?.closest("[data-seek], .word");
    if (stretch)
      player.play(
        Number(stretch.getAttribute("data-from")),
        Number(stretch.getAttribute("data-to")),
      );
    else if (place && !getSelection()?.toString()) {
      player.play(Number(place.getAttribute("data-seek") ?? place.getAttribute("data-t")));
    }
  });
  one("[data-play]")?.addEventListener("click", () => player.toggle());
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () =>
      player.seek(player.now + Number(button.getAttribute("data-jump"))),
    );
  }
  const speed = /** @type {HTMLSelectElement | null} */ (one("[data-speed]"));
  speed?.addEventListener("change", () => {
    player.speed = Number(speed.value);
  });
  sheets(root);
  remarks(root, player);
  shown(player);
  one("[data-copy]")?.addEventListener("click", () => void copied(player));
  root.addEventListener(
    "click",
    (event) => {
      const link =
        event.target instanceof Element ? event.target.closest("a[data-keep-moment]") : null;
      if (!(link instanceof HTMLAnchorElement) || player.now < 0.05) return;
      const address = new URL(link.href);
      address.searchParams.set("t", player.now.toFixed(1));
      link.href = address.href;
    },
    { capture: true },
  );
}

/** @param {Player} player */
export async function copied(player) {
  const button = one("[data-copy]");
  const told = one("[data-told]");
  if (told && (await copy(linkTo(player.now).href)))
    told.textContent = button?.getAttribute("data-copied") ?? "";
  button?.classList.add("done");
  setTimeout(() => button?.classList.remove("done"), 1500);
}

/**
 * What opens over the page.
 *
 * @param {HTMLElement} root
 */
function sheets(root) {
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest("[data-open]");
    const sheet = opener ? document.getElementById(opener.getAttribute("data-open") ?? "") : null;
    if (sheet instanceof HTMLDialogElement) sheet.showModal();
    const open = target?.closest("dialog");
    if (open && (target === open || target?.closest("[data-close]"))) open.close();
    for (const menu of root.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target) || target?.closest(".menu-item")) menu.removeAttribute("open");
    }
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    const form =
      event.target instanceof Element ? event.target.closest("[data-close-dialog]") : null;
    form?.closest("dialog")?.close();
  });
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? root.querySelector("details.menu[open]") : null;
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
  });
}

/**
 * A remark may be on the moment that is heard.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 */
function remarks(root, player) {
  const tell = (/** @type {number} */ time) => {
    const box = /** @type {HTMLInputElement | null} */ (one("[data-moment-of-remark]"));
    const text = one("[data-now-of-remark]");
    if (!box || !text || box.checked) return;
    box.value = time.toFixed(1);
    text.textContent = clock(time);
  };
  player.addEventListener("moved", () => tell(player.now));
  root.addEventListener("click", (event) => {
    const button =
      event.target instanceof Element ? event.target.closest("[data-remark-at]") : null;
    const box = /** @type {HTMLInputElement | null} */ (one("[data-moment-of-remark]"));
    if (!button || !box) return;
    box.checked = false;
    tell(Number(button.getAttribute("data-remark-at")));
    box.checked = true;
    /** @type {HTMLElement | null} */ (one("#remark-text"))?.focus();
  });
}

/**
 * What the buttons show of the player.
 *
 * @param {Player} player
 */
function shown(player) {
  const now = one("[data-now]");
  const pressed = (/** @type {string} */ name, /** @type {boolean} */ on) =>
    one(name)?.setAttribute("aria-pressed", String(on));
  player.addEventListener("moved", () => {
    if (now) now.textContent = clock(player.now);
  });
  player.addEventListener("state", () => {
    pressed("[data-play]", player.playing);
    pressed("[data-loop]", player.looping !== null);
    pressed("[data-skip]", player.skipping);
    const speed = /** @type {HTMLSelectElement | null} */ (one("[data-speed]"));
    if (speed) speed.value = String(player.speed);
    const problem = one("[data-problem]");
    if (problem && player.playing) problem.textContent = "";
    one("[data-waiting]")?.toggleAttribute("hidden", !player.waiting);
  });
  player.addEventListener("problem", () => {
    const problem = one("[data-problem]");
    if (problem) problem.textContent = one("[data-problem-text]")?.textContent ?? "";
  });
}
