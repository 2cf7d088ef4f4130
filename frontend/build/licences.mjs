// The licences of all packages whose code or pictures pages load: one text that goes with them.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ALLOWED = new Set(["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC"]);
/** Where a package has its licence, and those of what is part of it. */
const STANDARD = /^(licenses\/)?(licen[cs]e|copyright|notice)[^/]*$/i;
/** Of packages that bring no text of their own, only the licence's name. */
const COPYRIGHT = new Map([
  ["@alpinejs/csp", "Copyright (c) Caleb Porzio and contributors"],
  ["@tabler/core", "Copyright (c) The Tabler Authors"],
]);

/**
 * Write the licences.
 *
 * @param {import("./place.d.ts").Place} place
 * @param {Iterable<string>} packages
 * @returns {Promise<string>} the file
 */
export async function licences(place, packages) {
  const file = "licenses.txt";
  const all = await withParts(place, packages);
  const texts = await Promise.all([...all].sort().map((name) => licence(place, name)));
  await writeFile(join(place.folder, file), texts.join(`\n${"=".repeat(78)}\n\n`));
  return file;
}

/**
 * Add what packages depend on: some have it inside their own files.
 *
 * @param {import("./place.d.ts").Place} place
 * @param {Iterable<string>} packages
 */
async function withParts(place, packages) {
  const all = new Set(packages);
  for (const name of all) {
    const text = await readFile(join(place.here, "node_modules", name, "package.json"), "utf8");
    for (const part of Object.keys(JSON.parse(text).dependencies ?? {})) all.add(part);
  }
  return all;
}

/**
 * @param {import("./place.d.ts").Place} place
 * @param {string} name
 */
async function licence(place, name) {
  const folder = join(place.here, "node_modules", name);
  const { version, license, author } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  if (!ALLOWED.has(license))
    throw new Error(`${name} ${version} is under ${license}, which pages do not take`);
  const found = await readdir(folder, { recursive: true });
  const files = found.filter((path) => STANDARD.test(path) && !path.endsWith("licenses"));
  const texts = await Promise.all(files.sort().map((path) => readFile(join(folder, path), "utf8")));
  if (texts.length === 0) texts.push(await standard(place, name, license));
  const by = typeof author === "string" ? author : author?.name;
  const head = `${name} ${version}\nLicence: ${license}\n${by ? `By: ${by}\n` : ""}`;
  return [head, ...texts.map((text) => text.trim())].join("\n").concat("\n");
}

/**
 * @param {import("./place.d.ts").Place} place
 * @param {string} name
 * @param {string} license
 */
async function standard(place, name, license) {
  const copyright = COPYRIGHT.get(name);
  if (license !== "MIT" || !copyright) throw new Error(`${name} brings no text of its licence`);
  const text = await readFile(join(place.here, "build/mit.txt"), "utf8");
  return `MIT License\n\n${copyright}\n\n${text}`;
}
