// Evidence is played in the player of the page.
import { Player } from "./call/player.js";

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-own]"));
const sound = /** @type {HTMLAudioElement | null} */ (root?.querySelector("[data-sound]") ?? null);
if (root && sound) {
  const player = new Player(sound, Number(root.dataset.duration));
  root.addEventListener("click", (event) => {
    const piece = event.target instanceof Element ? event.target.closest("[data-from]") : null;
    if (piece)
      player.play(Number(piece.getAttribute("data-from")), Number(piece.getAttribute("data-to")));
  });
}
