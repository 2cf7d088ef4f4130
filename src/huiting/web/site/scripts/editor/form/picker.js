// A condition is chosen from all there are: in groups, searched by their words.
import { el } from "./dom.js";

/**
 * @param {import("./form.js").Form} form
 * @param {(begin: any) => void} chosen
 */
export function pick(form, chosen) {
  const { operators, groups } = form.told.conditions;
  const { words } = form;
  const search = el("input", {
    class: "form-control mb-2",
    type: "search",
    "aria-label": words.search,
    placeholder: words.search,
    autocomplete: "off",
  });
  const nothing = el("p", { class: "text-secondary", role: "status" });
  const dialog = el("dialog", { class: "form-picker", "aria-label": words.choose });
  /** @param {any} begin */
  const take = (begin) => {
    dialog.close();
    chosen(begin);
  };
  const ref = {
    key: "ref",
    group: groups[0][0],
    name: words.pointed,
    help: "",
    begin: { ref: "" },
  };
  const offered = [...operators, ref].map((one) => ({
    ...one,
    button: el(
      "button",
      {
        type: "button",
        class: "list-group-item list-group-item-action",
        onclick: () => take(one.begin),
      },
      el("strong", {}, one.name),
      el("span", { class: "d-block small" }, one.help),
    ),
  }));
  const sections = groups.map((/** @type {string[]} */ [group, label]) => {
    const own = offered.filter((one) => one.group === group).map((one) => one.button);
    return el(
      "section",
      { hidden: !own.length },
      el("h3", { class: "form-label mt-2" }, label),
      el("div", { class: "list-group" }, ...own),
    );
  });
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const one of offered)
      one.button.hidden = !`${one.name} ${one.help} ${one.key}`.toLowerCase().includes(wanted);
    for (const section of sections)
      section.hidden = ![...section.querySelectorAll("button")].some((button) => !button.hidden);
    nothing.textContent = sections.every((/** @type {HTMLElement} */ section) => section.hidden)
      ? words.nothing
      : "";
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    dialog.querySelector(/** @type {"button"} */ (".list-group button:not([hidden])"))?.click();
  });
  const close = form.button(words.close, "x", () => dialog.close(), { bare: true, always: true });
  dialog.append(
    el(
      "div",
      { class: "d-flex align-items-center mb-2" },
      el("h2", { class: "h3 mb-0 me-auto" }, words.choose),
      close,
    ),
    search,
    nothing,
    ...sections,
  );
  const back = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (document.activeElement === document.body && back instanceof HTMLElement && back.isConnected)
      back.focus();
  });
  form.root.append(dialog);
  dialog.showModal();
  search.focus();
}
