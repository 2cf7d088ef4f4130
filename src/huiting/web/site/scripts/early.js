// A form that a script sends must not be sent by the browser itself before that script is there:
// what was written would stand in the address and be lost. And a button that a script listens to
// does nothing before. Both are held, and done once all is ready, in their order.
// Loaded as a plain script in <head>, so that it is there before any form or button.
(() => {
  /** @type {Map<HTMLElement, () => void>} */
  const held = new Map();
  const hold = (/** @type {Event} */ event, /** @type {HTMLElement} */ what, again = () => {}) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!held.has(what)) held.set(what, again);
  };
  const sent = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.hasAttribute("method")) return; // the browser's to send
    const { submitter } = event;
    hold(event, form, () => {
      if (submitter)
        submitter.click(); // htmx notes by the click which button it was
      else form.requestSubmit();
    });
  };
  const pressed = (/** @type {MouseEvent} */ event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = /** @type {HTMLElement | null} */ (target?.closest("button[type=button]"));
    if (button) hold(event, button, () => button.click());
  };
  document.addEventListener("submit", sent, true);
  document.addEventListener("click", pressed, true);
  document.addEventListener("DOMContentLoaded", () => {
    setTimeout(() => {
      document.removeEventListener("submit", sent, true);
      document.removeEventListener("click", pressed, true);
      for (const again of held.values()) again();
    });
  });
})();
