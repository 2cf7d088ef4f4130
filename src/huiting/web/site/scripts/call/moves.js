// Keys, and buttons that go from line to line.
import { copied } from "./buttons.js";
import { listen } from "./keys.js";
import { one } from "./page.js";

/**
 * @typedef {import("./follow.js").Follow} Follow
 * @typedef {import("./player.js").Player} Player
 */

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];

/**
 * Keys, and buttons that need to know the lines.
 *
 * @param {Player} player
 * @param {Follow | null} followed
 * @param {import("./player.js").Span[]} quiet
 */
export function moves(player, followed, quiet) {
  const line = (/** @type {number} */ steps) => {
    const place = followed?.beside(steps) ?? null;
    if (place === null) return;
    followed?.follow(true);
    player.seek(place);
  };
  const loop = (/** @type {number | undefined} */ wanted) => {
    const span = followed?.span(wanted ?? followed.current) ?? null;
    if (player.looping && wanted === undefined) return player.loop(null);
    if (!span) return;
    player.loop(null);
    player.play(span[0]);
    player.loop(span);
  };
  const faster = (/** @type {number} */ steps) => {
    const place = SPEEDS.indexOf(player.speed);
    player.speed =
      SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (place < 0 ? 1 : place) + steps))];
  };
  one("[data-loop]")?.addEventListener("click", () => loop(undefined));
  one("[data-skip]")?.addEventListener("click", () => player.skip(!player.skipping, quiet));
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-repeat]") : null;
    if (button) loop(Number(button.getAttribute("data-repeat")));
  });
  const inside = (/** @type {KeyboardEvent} */ event) =>
    event.target instanceof Element &&
    event.target.closest("[data-transcript], [data-player]") !== null;
  listen({
    " ": () => player.toggle(),
    j: () => line(1),
    k: () => line(-1),
    ArrowDown: (event) => inside(event) && line(1),
    ArrowUp: (event) => inside(event) && line(-1),
    ArrowLeft: () => player.seek(player.now - 5),
    ArrowRight: () => player.seek(player.now + 5),
    "[": () => faster(-1),
    "]": () => faster(1),
    l: () => void loop(undefined),
    n: () => away("[data-after]"),
    p: () => away("[data-before]"),
    "/": () => /** @type {HTMLElement | null} */ (one("#find-text"))?.focus(),
    c: () => void copied(player),
    "?": () =>
      /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal(),
  });
}

/** @param {string} link */
function away(link) {
  const found = /** @type {HTMLAnchorElement | null} */ (one(link));
  if (found) location.assign(found.href);
}
