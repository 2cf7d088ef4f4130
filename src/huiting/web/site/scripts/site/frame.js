// The frame of every page: the menu on small screens, notices that are closed.

/** @param {Element} button */
function toggle(button) {
  const menu = document.getElementById(button.getAttribute("aria-controls") ?? "");
  if (!menu) return;
  const open = menu.classList.toggle("show");
  button.setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-menu-toggle]");
  if (opener) toggle(opener);
  target?.closest("[data-dismiss]")?.closest("[data-notice]")?.remove();
});

// What is read again every few seconds stays as it is while somebody presses something in it: the
// press would be lost with it. The next answer is put in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target } = /** @type {CustomEvent} */ (event).detail;
  const again = /\bevery\b/.test(requestConfig.elt.getAttribute("hx-trigger") ?? "");
  if (again && target.matches(":active")) event.preventDefault();
});

const WIDE = ".table-responsive, pre";

/** What scrolls sideways is reached by keyboard too. @param {Element} wide */
function fit(wide) {
  if (wide.scrollWidth > wide.clientWidth) wide.setAttribute("tabindex", "0");
  else wide.removeAttribute("tabindex");
}

// also what is filled or shown later
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wide = target.closest(WIDE);
    if (wide) fit(wide);
  }
});

function reachable() {
  for (const wide of document.querySelectorAll(WIDE)) {
    fit(wide);
    for (const part of [wide, ...wide.children]) sizes.observe(part);
  }
}

addEventListener("resize", reachable);
document.addEventListener("htmx:afterSettle", reachable);
reachable();
