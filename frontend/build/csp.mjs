// Libraries that bring a <style> of their own, which our Content-Security-Policy forbids:
// the same rules as a constructed style sheet, which it allows.

import { readFile } from "node:fs/promises";

const STYLE = /(\w+)\.innerHTML=`(?:\\n|\s)*<style\$\{[^>]*?\}>([^`]*?)<\/style>/g;

/** @type {import("esbuild").Plugin} */
export const adoptedStyles = {
  name: "adopted styles",
  setup(build) {
    build.onLoad({ filter: /\/wavesurfer\.js\/dist\/.*\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      if (!contents.includes("<style")) return undefined;
      const adopted = contents.replace(
        STYLE,
        "$1.adoptedStyleSheets=[(sheet=>(sheet.replaceSync(`$2`),sheet))(new CSSStyleSheet)],$1.innerHTML=`",
      );
      if (adopted.includes("<style")) {
        return { errors: [{ text: `${path} writes <style> in a way that is not known here` }] };
      }
      return { contents: adopted };
    });
  },
};
