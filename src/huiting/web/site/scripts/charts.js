// Draws every [data-chart] of the page, also those that htmx puts in later.
import { draw } from "./charts/draw.js";

/** @param {ParentNode} part */
function all(part) {
  for (const element of part.querySelectorAll("[data-chart]")) {
    draw(/** @type {HTMLElement} */ (element));
  }
}

document.addEventListener("htmx:load", (event) => {
  const added = /** @type {HTMLElement} */ (event.target);
  if (added.matches("[data-chart]")) draw(added);
  all(added);
});
all(document);
