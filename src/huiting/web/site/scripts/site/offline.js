// The service worker: it keeps the page that says that the service cannot be reached.
import { url } from "./page.js";

/** Install it, where the browser allows that: over HTTPS, and on this machine. */
export function install() {
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register(url("/sw.js")).catch((error) => {
      console.info("no offline page:", error.message); // a private window, say: nothing is broken
    });
  });
}
