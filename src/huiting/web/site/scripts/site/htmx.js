// htmx; the page's <meta name="htmx-config"> says the rest. It evaluates nothing and writes no
// styles, as our Content-Security-Policy wants it. What it puts in can be used at once: by itself
// it would take a while (to let styles change slowly) until a new button does anything.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  defaultSettleDelay: 0,
});

export { htmx };
