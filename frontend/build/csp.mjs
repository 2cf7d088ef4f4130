// Libraries that bring a <style> of their own, which our Content-Security-Policy forbids:
// the same rules as constructed style sheets, which it allows.

import { readFile } from "node:fs/promises";

/**
 * What is written otherwise, by the files of the library; each must be found there.
 *
 * @type {{filter: RegExp, from: RegExp, to: string}[]}
 */
const CHANGES = [
  {
    // <style> at the beginning of what wavesurfer writes into its shadow root
    filter: /\/wavesurfer\.js\/dist\/wavesurfer\.esm\.js$/,
    from: /(\w+)\.innerHTML=`(?:\\n|\s)*<style\$\{[^>]*?\}>([^`]*?)<\/style>/,
    to: "$1.adoptedStyleSheets=[(sheet=>(sheet.replaceSync(`$2`),sheet))(new CSSStyleSheet)],$1.innerHTML=`",
  },
  {
    // CodeMirror's styles: constructed in shadow roots only, though documents take such too
    filter: /\/style-mod\/src\/style-mod\.js$/,
    from: /!root\.head && root\.adoptedStyleSheets/,
    to: "root.adoptedStyleSheets",
  },
];

/** @type {import("esbuild").Plugin} */
export const adoptedStyles = {
  name: "adopted styles",
  setup(build) {
    for (const { filter, from, to } of CHANGES) {
      build.onLoad({ filter }, async ({ path }) => {
        const given = await readFile(path, "utf8");
        if (from.test(given)) return { contents: given.replace(from, to) };
        return { errors: [{ text: `${path} brings its styles in a way that is not known here` }] };
      });
    }
  },
};
