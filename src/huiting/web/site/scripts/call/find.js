// What is said in the call, found line by line: most lines are not in the page, so the browser's
// own search cannot find them.
import { asked } from "./asking.js";
import { one } from "./page.js";

/**
 * @typedef {object} Read the transcript, once its lines are known
 * @property {HTMLElement} box
 * @property {import("./chunks.js").Chunks} chunks
 * @property {import("./follow.js").Follow} followed
 */

/**
 * @param {Promise<Read | null>} reading
 * @param {string} query what addresses of parts of the page carry on
 */
export function install(reading, query) {
  const form = /** @type {HTMLFormElement | null} */ (one("[data-find]"));
  const field = /** @type {HTMLInputElement | null} */ (one("#find-text"));
  const told = /** @type {HTMLElement | null} */ (one("[data-found]"));
  if (!form || !field || !told) return;
  /** @type {{text: string, lines: number[], at: number}} */
  let found = { text: "", lines: [], at: -1 };

  const look = async (/** @type {string} */ text) => {
    const wanted = new URLSearchParams(query.slice(1));
    wanted.set("q", text);
    const answer = await asked(`${form.dataset.find}?${wanted}`);
    if (answer) found = { text, lines: await answer.json(), at: -1 };
  };
  const go = async (/** @type {number} */ steps) => {
    const text = field.value.trim();
    const read = await reading;
    if (!text || !read) return;
    if (text !== found.text) await look(text);
    if (text !== found.text) return; // the service has not answered
    const { lines } = found;
    told.textContent = (lines.length ? "" : told.dataset.none) ?? "";
    if (!lines.length) return;
    found.at =
      (found.at + steps + lines.length + (found.at < 0 && steps < 0 ? 1 : 0)) % lines.length;
    told.textContent = `${found.at + 1} / ${lines.length}`;
    read.followed.follow(false);
    await show(read, lines[found.at]);
  };
  const show = async (/** @type {Read} */ { box, chunks }, /** @type {number} */ number) => {
    const line = await chunks.line(number);
    if (!line) return;
    for (const old of box.querySelectorAll(".found")) old.classList.remove("found");
    line.classList.add("found");
    box.scrollTop +=
      line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
  };
  let back = false;
  field.addEventListener("keydown", (event) => {
    back = event.shiftKey;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void go(back ? -1 : 1);
  });
}
