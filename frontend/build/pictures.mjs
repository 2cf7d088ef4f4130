// Pictures of our own, as they are.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";

/**
 * Copy all pictures.
 *
 * @param {import("./place.d.ts").Place} place
 * @returns {Promise<Record<string, string>>} the file of each asset
 */
export async function pictures(place) {
  const folder = join(place.site, "pictures");
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    found[name] = hashed(name, content);
    await writeFile(join(place.folder, found[name]), content);
  }
  return found;
}

/**
 * Return the name of a file that changes with its content.
 *
 * @param {string} name
 * @param {string | Buffer} content
 */
export function hashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = parse(name);
  return `${stem}-${hash}${ext}`;
}
