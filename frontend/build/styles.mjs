// Styles: each file of styles/ with what it imports, less what no page can need.
//
// A rule stays when its class names stand somewhere in the templates, scripts or Python of the
// site, written whole. So a name is never put together: `"text-" ~ colour` would not be found.

import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";
import { BROWSERS } from "./browsers.mjs";
import { hashed } from "./pictures.mjs";

/** Variables that stay: scripts draw with them. */
const COLOURS =
  /^--tblr-(blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan|gray-\d+|primary|secondary|success|danger|warning|info|body-color|body-bg|border-color|bg-surface|bg-surface-secondary|font-monospace)$|^--code-/;

/**
 * Build all styles.
 *
 * @param {import("./place.d.ts").Place} place
 * @returns {Promise<Record<string, string>>} the file of each asset
 */
export async function styles(place) {
  const folder = join(place.site, "styles");
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".css")) continue;
    const needed = await purged(place, await bundled(place, join(folder, name)));
    const { code } = await esbuild.transform(needed, {
      loader: "css",
      minify: true,
      charset: "utf8",
      legalComments: "none",
      target: BROWSERS,
    });
    found[name] = hashed(name, code);
    await writeFile(join(place.folder, found[name]), code);
  }
  return found;
}

/**
 * @param {import("./place.d.ts").Place} place
 * @param {string} path
 */
async function bundled(place, path) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    write: false,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    nodePaths: [join(place.here, "node_modules")],
  });
  return outputFiles[0].text;
}

/**
 * @param {import("./place.d.ts").Place} place
 * @param {string} css
 */
async function purged(place, css) {
  const [{ css: kept }] = await new PurgeCSS().purge({
    content: [join(place.site, "**/*.{py,jinja}"), join(place.site, "scripts/**/*.js")],
    css: [{ raw: css }],
    safelist: {
      standard: [/^htmx-/], // htmx sets these while it works
      variables: [COLOURS],
    },
    dynamicAttributes: ["data-bs-theme", "open", "disabled", "hidden"],
    keyframes: true,
    variables: true,
  });
  return kept;
}
