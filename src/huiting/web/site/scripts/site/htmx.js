// htmx as our Content-Security-Policy wants it: it evaluates nothing and writes no styles.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false, // styles/site/base.css has them
  selfRequestsOnly: true,
  historyCacheSize: 0, // what calls say is kept nowhere in the browser
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
});

document.addEventListener("htmx:configRequest", (event) => {
  const { headers, verb } = /** @type {CustomEvent} */ (event).detail;
  const proof = document.documentElement.dataset.proof;
  if (proof && verb !== "get") headers["X-CSRF-Token"] = proof;
});

export { htmx };
