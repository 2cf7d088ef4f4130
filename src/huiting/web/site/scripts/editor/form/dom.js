// Elements made in one call. No markup is read from text, so nothing that people write is.

/**
 * Controls belong to no form: what is sent is the text, and none of them may send it or stop it.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [given] attributes; `on…` are handlers, true is an empty value
 * @param {(Node | string | null | undefined | false)[]} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  if (["input", "select", "textarea"].includes(tag)) made.setAttribute("form", "");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") {
      made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else made.setAttribute(name, value === true ? "" : `${value}`);
  }
  for (const one of inside) if (one || one === "") made.append(one);
  return made;
}

/**
 * @param {string} icons address of the icons
 * @param {string} name
 */
export function icon(icons, name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", "24");
  svg.setAttribute("height", "24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}
