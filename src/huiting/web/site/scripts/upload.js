// Handing in recordings: what the page's own scripts use to send files.
import { Alpine } from "./site/alpine.js";
import { ask } from "./site/page.js";
import { digest } from "./upload/digest.js";
import { send } from "./upload/tus.js";

const means = {
  ask,
  memory: localStorage,
  wait: (/** @type {number} */ seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
};

Alpine.magic(
  "send",
  () => (/** @type {import("./upload/tus.js").Sending} */ sending) => send(sending, means),
);
Alpine.magic("digest", () => digest);

export { digest };
