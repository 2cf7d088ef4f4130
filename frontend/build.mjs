// Builds what pages load: `node build.mjs FOLDER` fills an empty folder.
//
// Every file of scripts/ and styles/ is an asset of its own name; those in their folders are
// parts of them. workers/ holds what runs beside a page (workers, worklets), each a file of
// its own whose address a script gets with `import address from "asset:NAME.js"`.

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argv, exit, stdout } from "node:process";
import { compress } from "./build/compress.mjs";
import { icons } from "./build/icons.mjs";
import { licences } from "./build/licences.mjs";
import { pictures } from "./build/pictures.mjs";
import { scripts } from "./build/scripts.mjs";
import { styles } from "./build/styles.mjs";

const here = import.meta.dirname;
const site = resolve(here, "../src/huiting/web/site");

/** @param {string} folder */
async function build(folder) {
  const place = { here, site, folder };
  const manifest = {
    ...(await styles(place)),
    ...(await icons(place)),
    ...(await pictures(place)),
  };
  const { files, packages } = await scripts(place, manifest);
  Object.assign(manifest, files);
  manifest["licenses.txt"] = await licences(place, [...packages, "@tabler/core", "@tabler/icons"]);
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(sorted, null, 1)}\n`);
  for (const { name, whole, gzip, brotli } of await compress(folder, Object.values(sorted))) {
    stdout.write(`${kB(whole)} ${kB(gzip)} gz ${kB(brotli)} br  ${name}\n`);
  }
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
}

if (argv.length !== 3) {
  stdout.write("node build.mjs FOLDER\n");
  exit(2);
}
await build(resolve(argv[2]));
