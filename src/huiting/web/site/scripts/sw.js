// The service worker: shows a page that says so when the service cannot be reached.
// It keeps that page and what it is drawn with, and nothing that anybody said or did.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const OFFLINE = "offline";
const files = SHELL; // set by the build: our files by their names with a hash
const CACHE = `shell ${files.join(" ")}`;
const here = worker.registration.scope;
const page = new URL(OFFLINE, here).href;

worker.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forget().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => stored(page)));
  else if (request.method === "GET" && kept(request.url)) event.respondWith(stored(request.url));
});

/**
 * Return what was kept; what was not, from the service.
 *
 * @param {string} address
 */
async function stored(address) {
  const found = await caches.match(address, { cacheName: CACHE });
  return found ?? fetch(address);
}

/** @param {string} address */
function kept(address) {
  return files.some((name) => address === file(name));
}

/** @param {string} name */
function file(name) {
  return new URL(`static/${name}`, here).href;
}

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([page, ...files.map(file)]);
}

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}
