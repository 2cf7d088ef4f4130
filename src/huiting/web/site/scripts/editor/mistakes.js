// What the service has found wrong, read from the list it has sent.

/**
 * @typedef {{line: number, text: string}} Mistake
 * @param {Element} list
 * @returns {Mistake[]}
 */
export function mistakesIn(list) {
  return [...list.querySelectorAll("[data-line]")].map((button) => ({
    line: Number(button.getAttribute("data-line")),
    text: button.parentElement?.textContent?.trim() ?? "",
  }));
}
