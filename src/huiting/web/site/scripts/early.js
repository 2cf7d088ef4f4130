// A form that a script sends must not be sent by the browser itself before that script is there:
// what was written would stand in the address and be lost. It is held, and sent once all is ready.
// Loaded as a plain script in <head>, so that it is there before any form.
(() => {
  /** @type {[HTMLFormElement, HTMLElement | null][]} */
  const held = [];
  const hold = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.hasAttribute("method")) return; // the browser's to send
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!held.some(([known]) => known === form)) held.push([form, event.submitter]);
  };
  document.addEventListener("submit", hold, true);
  document.addEventListener("DOMContentLoaded", () => {
    setTimeout(() => {
      document.removeEventListener("submit", hold, true);
      for (const [form, submitter] of held) {
        if (submitter)
          submitter.click(); // htmx notes by the click which button it was
        else form.requestSubmit();
      }
    });
  });
})();
