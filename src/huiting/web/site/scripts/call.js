// The page of one call.
import { wave } from "./call/wave.js";

for (const element of document.querySelectorAll("[data-wave]")) {
  const container = /** @type {HTMLElement} */ (element);
  const media = document.querySelector(`#${container.dataset.media}`);
  if (media instanceof HTMLMediaElement) {
    wave({ container, media, ...JSON.parse(container.dataset.wave ?? "{}") });
  }
}
