// What the scripts of this page have in common.

/**
 * @template {Element} T
 * @param {string} selector
 * @param {ParentNode} [part]
 * @returns {T | null}
 */
export const one = (selector, part = document) =>
  /** @type {T | null} */ (part.querySelector(selector));

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
