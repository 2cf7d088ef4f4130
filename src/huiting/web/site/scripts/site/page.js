// What the page says of itself to its scripts.

/** @param {string} name */
function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}

/**
 * Return the address of one of our paths, also behind a proxy with a path of its own.
 *
 * @param {string} path such as `/api/v1/calls`
 */
export function url(path) {
  return `${meta("root").replace(/\/$/, "")}${path}`;
}

/**
 * Ask the service; what changes something carries the proof that our page sent it.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
export function ask(path, init = {}) {
  const headers = new Headers(init.headers);
  if (meta("csrf")) headers.set("X-CSRF-Token", meta("csrf"));
  return fetch(url(path), { credentials: "same-origin", ...init, headers });
}
