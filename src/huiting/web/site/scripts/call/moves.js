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
 * Keys, and buttons that need to know the lines: what is pressed before they are known waits.
 *
 * @param {Player} player
 * @param {Promise<Follow | null>} following
 * @param {Promise<import("./player.js").Span[]>} quiet
 */
export function moves(player, following, quiet) {
  const line = async (/** @type {number} */ steps) => {
    const followed = await following;
    const place = followed?.beside(steps) ?? null;
    if (place === null) return;
    followed?.follow(true);
    player.seek(place);
  };
  const loop = async (/** @type {number | undefined} */ wanted) => {
    const followed = await following;
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
  one("[data-loop]")?.addEventListener("click", () => void loop(undefined));
  one("[data-skip]")?.addEventListener("click", async () => {
    const silences = await quiet;
    player.skip(!player.skipping, silences);
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-repeat]") : null;
    if (button) void loop(Number(button.getAttribute("data-repeat")));
  });
  const inside = (/** @type {KeyboardEvent} */ event) =>
    event.target instanceof Element &&
    event.target.closest("[data-transcript], [data-player]") !== null;
  listen({
    " ": () => player.toggle(),
    j: () => void line(1),
    k: () => void line(-1),
    ArrowDown: (event) => (inside(event) ? void line(1) : false),
    ArrowUp: (event) => (inside(event) ? void line(-1) : false),
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
