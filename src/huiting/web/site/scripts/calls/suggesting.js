// Values that calls have for an entry, as one types.
import { ask } from "../site/page.js";

/** @param {HTMLInputElement} input */
function nameFor(input) {
  const chooser = document.querySelector(`[data-values-for="${input.id}"]`);
  return chooser instanceof HTMLSelectElement ? chooser.value : input.dataset.values;
}

/** @param {HTMLInputElement} input */
async function suggest(input) {
  const name = nameFor(input);
  if (!name || !input.list) return;
  const unredacted = input.form?.elements.namedItem("unredacted");
  const asked = new URLSearchParams({ name, begins: input.value });
  if (unredacted instanceof HTMLInputElement && unredacted.checked) asked.set("unredacted", "true");
  const answer = await ask(`/found/values?${asked}`);
  if (answer.ok) input.list.innerHTML = await answer.text();
}

/** Suggest values of the inputs that have some. */
export function suggesting() {
  /** @type {number | undefined} */
  let waiting;
  for (const kind of ["focusin", "input"]) {
    document.addEventListener(kind, (event) => {
      const input = event.target;
      if (!(input instanceof HTMLInputElement) || !nameFor(input)) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => suggest(input), kind === "input" ? 250 : 0);
    });
  }
}
