// Our scripts and what they use of npm, bundled: parts that several pages use are files of their own.

import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import { BROWSERS } from "./browsers.mjs";
import { adoptedStyles } from "./csp.mjs";

const WORKER = "sw.js"; // the service worker: its address decides over what it watches
const CHUNK = "chunk";

/**
 * Bundle all scripts.
 *
 * @param {import("./place.d.ts").Place} place
 * @param {Record<string, string>} shell other assets by their names
 * @returns {Promise<{files: Record<string, string>, packages: Set<string>}>} the file of each
 *   asset, and the packages that went in
 */
export async function scripts(place, shell) {
  const folder = join(place.site, "scripts");
  const common = {
    bundle: true,
    minify: true,
    metafile: true,
    format: /** @type {const} */ ("esm"),
    target: BROWSERS,
    charset: /** @type {const} */ ("utf8"),
    legalComments: /** @type {const} */ ("none"), // licences.txt has them all
    logLevel: /** @type {const} */ ("warning"),
    absWorkingDir: place.here,
    nodePaths: [join(place.here, "node_modules")],
    outdir: place.folder,
    entryNames: "[name]-[hash]",
    chunkNames: `${CHUNK}-[hash]`,
  };
  const beside = await esbuild.build({
    ...common,
    entryPoints: await named(join(folder, "workers")),
  });
  const workers = files(beside.metafile);
  const own = (await named(folder)).filter((path) => basename(path) !== WORKER);
  const pages = await esbuild.build({
    ...common,
    entryPoints: own,
    splitting: true,
    plugins: [adoptedStyles, addresses(workers)],
  });
  const found = { ...workers, ...files(pages.metafile) };
  const offline = ["app.js", "early.js", "theme.js", "site.css", "icons.svg"];
  const all = { ...shell, ...found };
  const last = await esbuild.build({
    ...common,
    format: "iife",
    entryPoints: [join(folder, WORKER)],
    entryNames: "[name]",
    define: {
      SHELL: JSON.stringify([
        ...offline.map((name) => all[name]),
        ...chunks(pages.metafile, "app.js"),
      ]),
    },
  });
  const packages = new Set([beside, pages, last].flatMap((made) => [...used(made.metafile)]));
  return { files: { ...found, ...files(last.metafile) }, packages };
}

/** @param {string} folder */
async function named(folder) {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(".js"))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Return the file of each asset; parts that several share go by their own names.
 *
 * @param {esbuild.Metafile} metafile
 */
function files(metafile) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    const file = basename(path);
    found[entryPoint ? basename(entryPoint) : file] = file;
  }
  return found;
}

/**
 * Return the shared parts that an asset needs.
 *
 * @param {esbuild.Metafile} metafile
 * @param {string} name
 */
function chunks(metafile, name) {
  const entry = Object.values(metafile.outputs).find(
    ({ entryPoint }) => entryPoint && basename(entryPoint) === name,
  );
  const wanted = new Set(entry?.imports.map(({ path }) => path));
  for (const path of wanted) {
    for (const each of metafile.outputs[path].imports) wanted.add(each.path);
  }
  return [...wanted].map((path) => basename(path));
}

/**
 * Return the packages of npm whose code went in.
 *
 * @param {esbuild.Metafile} metafile
 */
function* used(metafile) {
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const inside = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
      if (inside && bytesInOutput > 0) yield inside[1];
    }
  }
}

/**
 * Let scripts import the address of a file beside them.
 *
 * @param {Record<string, string>} workers
 * @returns {esbuild.Plugin}
 */
function addresses(workers) {
  return {
    name: "addresses",
    setup(build) {
      build.onResolve({ filter: /^asset:/ }, ({ path }) => ({ path, namespace: "asset" }));
      build.onLoad({ filter: /.*/, namespace: "asset" }, ({ path }) => {
        const file = workers[path.slice("asset:".length)];
        if (!file) return { errors: [{ text: `no such file in scripts/workers: ${path}` }] };
        const address = `new URL(${JSON.stringify(`./${file}`)}, import.meta.url).href`;
        return { contents: `export default ${address};` };
      });
    },
  };
}
