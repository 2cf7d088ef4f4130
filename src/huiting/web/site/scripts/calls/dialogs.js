// Dialogs and menus that a button opens; Escape closes them, as browsers do.

/** Open a dialog that tells how many calls it is about. @param {HTMLDialogElement} dialog */
function open(dialog) {
  const told = dialog.querySelector("[data-chosen-told]");
  const count = document.getElementById("chosen-count");
  if (told) told.textContent = count?.textContent?.trim() ?? "";
  dialog.showModal();
}

/** Ask once before something is done of all calls that are found. @param {Event} event */
function asking(event) {
  const { elt, issueRequest } = /** @type {CustomEvent} */ (event).detail;
  const all = document.querySelector("[data-all]");
  const dialog = document.getElementById("sure-dialog");
  if (!(elt instanceof HTMLElement) || elt.dataset.sure === undefined) return;
  if (!(all instanceof HTMLInputElement && all.checked)) return;
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  const label = elt.textContent?.trim() ?? "";
  const yes = document.getElementById("sure-yes");
  const title = document.getElementById("sure-title");
  const text = document.getElementById("sure-text");
  if (title) title.textContent = label;
  if (text) text.textContent = elt.dataset.sure;
  if (yes) {
    yes.textContent = label;
    yes.onclick = () => {
      dialog.close();
      issueRequest(true);
    };
  }
  open(dialog);
}

/** @param {Element} target */
function clicked(target) {
  const opener = target.closest("[data-opens]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.opens ?? "");
    if (dialog instanceof HTMLDialogElement) open(dialog);
  }
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  for (const menu of document.querySelectorAll("details[data-menu-of][open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
}

/** Show a form's part that belongs to what is chosen in it. */
function fit() {
  const form = document.querySelector("[data-export-form]");
  const each = document.getElementById("x-each");
  if (form instanceof HTMLSelectElement) each?.toggleAttribute("hidden", form.value !== "zip");
}

/** Open and close what is asked for. */
export function dialogs() {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element) clicked(event.target);
  });
  document.addEventListener("change", fit);
  document.addEventListener("htmx:confirm", asking);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(event.target instanceof Element)) return;
    const menu = event.target.closest("details[data-menu-of][open]");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("[data-closes]") : null;
    form?.closest("dialog")?.close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!(event.target instanceof Element) || event.target.id !== "notices") return;
    const undo = event.target.firstElementChild?.querySelector("form button");
    if (undo instanceof HTMLElement) undo.focus();
  });
}
