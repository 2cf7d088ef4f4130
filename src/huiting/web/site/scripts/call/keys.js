// Keys of the page. None is taken from somebody who types, who has a menu of the browser's own
// under the fingers, or who has opened something over the page.

const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const BUTTONS = "button, a[href], summary, input, [role=button]";

/**
 * @typedef {(event: KeyboardEvent) => boolean | void} Does returns false where the key is not meant for it
 */

/**
 * @param {Record<string, Does>} keys what each key does, by `KeyboardEvent.key`
 */
export function listen(keys) {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.isComposing
    )
      return;
    if (target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    if ((event.key === " " || event.key === "Enter") && target.closest(BUTTONS)) return;
    const does = keys[event.key];
    if (does && does(event) !== false) event.preventDefault();
  });
}
