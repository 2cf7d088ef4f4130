// Ticked rows: how many there are, what can be done of them, all of a page at once.
import { htmx } from "../site/htmx.js";

/** @returns {HTMLFormElement | null} */
function form() {
  return document.querySelector("form[data-chosen]");
}

/** @param {HTMLFormElement} from @param {string} selector */
function boxes(from, selector) {
  return /** @type {HTMLInputElement[]} */ ([...from.querySelectorAll(selector)]);
}

/** Show what is chosen now. */
function tell() {
  const table = form();
  if (!table) return;
  const rows = boxes(table, 'input[name="call"]');
  const ticked = rows.filter((box) => box.checked).length;
  const [all] = boxes(table, "[data-all]");
  const [page] = boxes(table, "[data-choose-page]");
  if (page) {
    page.checked = ticked > 0 && ticked === rows.length;
    page.indeterminate = ticked > 0 && ticked < rows.length;
  }
  table.querySelector("[data-choosing]")?.toggleAttribute("hidden", ticked === 0);
  for (const button of table.querySelectorAll("[data-needs-choice]")) {
    button.toggleAttribute("disabled", ticked === 0 || table.dataset.counting === "yes");
  }
  const scope = document.querySelector("[data-scope]");
  if (scope instanceof HTMLElement) {
    scope.dataset.whole ??= scope.textContent ?? "";
    scope.textContent = (ticked && !all?.checked ? scope.dataset.some : scope.dataset.whole) ?? "";
  }
  const count = table.querySelector("#chosen-count");
  if (count instanceof HTMLElement && !all?.checked) {
    const { one = "", many = "" } = count.dataset;
    count.textContent = ticked === 1 ? one : many.replace("{}", String(ticked));
  }
}

/** @param {HTMLInputElement} box */
function changed(box) {
  const table = form();
  if (!table || box.form !== table) return;
  const [all] = boxes(table, "[data-all]");
  if (box.matches("[data-choose-page]")) {
    for (const row of boxes(table, 'input[name="call"]')) row.checked = box.checked;
  }
  if (!box.matches("[data-all]") && all) all.checked = false;
  if (box === all && all.checked) {
    for (const row of boxes(table, 'input[name="call"]')) row.checked = true;
    table.dataset.counting = "yes";
    htmx.trigger(all, "all-chosen");
  }
  tell();
}

/** Let something be done of all that are found once it is told how many they are. @param {Event} event */
function counted(event) {
  const table = form();
  const { elt, successful } = /** @type {CustomEvent} */ (event).detail;
  if (!table || !(elt instanceof HTMLInputElement) || !elt.matches("[data-all]")) return;
  delete table.dataset.counting;
  if (!successful) elt.checked = false;
  tell();
}

/** Choose none. */
function none() {
  const table = form();
  if (!table) return;
  for (const box of boxes(table, 'input[type="checkbox"]')) box.checked = false;
  tell();
}

/** Keep the filters open, and the keyboard in the table, when another page takes its place. */
function keeping() {
  let open = false;
  document.addEventListener("htmx:beforeSwap", () => {
    const more = document.getElementById("more");
    if (more instanceof HTMLDetailsElement) open = more.open;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!(event.target instanceof Element) || event.target.id !== "calls") return;
    const more = document.getElementById("more");
    if (more instanceof HTMLDetailsElement) more.open = open;
    if (document.activeElement === document.body) document.getElementById("found")?.focus();
  });
}

/** Follow what is ticked, on this page and on those that take its place. */
export function choosing() {
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement) changed(event.target);
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-choose-none]")) none();
  });
  document.addEventListener("submit", (event) => {
    if (event.target === form()) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", tell);
  document.addEventListener("htmx:afterRequest", counted);
  keeping();
  window.addEventListener("pageshow", tell);
  tell();
}
