// htmx; the page's <meta name="htmx-config"> says the rest. It evaluates nothing and writes no
// styles, as our Content-Security-Policy wants it.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
});

export { htmx };
