// One file with the icons that icons.txt names: `<use href="…#name">` shows one.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashed } from "./pictures.mjs";

const SHOWN = ["outline", "filled"]; // a name ends in `-filled` for the second kind

/**
 * Build the file of icons.
 *
 * @param {import("./place.d.ts").Place} place
 * @returns {Promise<Record<string, string>>} the file of the asset
 */
export async function icons(place) {
  const listed = await readFile(join(place.here, "icons.txt"), "utf8");
  const names = listed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const symbols = await Promise.all(names.map((name) => symbol(place, name)));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const file = hashed("icons.svg", svg);
  await writeFile(join(place.folder, file), svg);
  return { "icons.svg": file };
}

/**
 * @param {import("./place.d.ts").Place} place
 * @param {string} name
 */
async function symbol(place, name) {
  const [outline, filled] = SHOWN;
  const path = name.endsWith("-filled")
    ? join(filled, `${name.slice(0, -"-filled".length)}.svg`)
    : join(outline, `${name}.svg`);
  const folder = join(place.here, "node_modules/@tabler/icons/icons");
  const svg = await readFile(join(folder, path), "utf8").catch(() => {
    throw new Error(`icons.txt: there is no icon ${name}; @tabler/icons has ${path} not`);
  });
  const inside = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1] ?? "";
  const drawn = inside
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  const how = path.startsWith(filled)
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${how}>${drawn}</symbol>`;
}
