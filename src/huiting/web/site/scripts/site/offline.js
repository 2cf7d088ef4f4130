// The service worker: it keeps the page that says that the service cannot be reached.

/** Install it, where the browser allows that: over HTTPS, and on this machine. */
export function install() {
  const address = document.documentElement.dataset.worker;
  if (!address || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register(address).catch((error) => {
      console.info("no offline page:", error.message); // a private window, say: nothing is broken
    });
  });
}
