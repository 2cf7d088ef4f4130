// Each file also compressed, so that the server only has to choose.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Write FILE.gz and FILE.br beside each file.
 *
 * @param {string} folder
 * @param {string[]} names
 */
export async function compress(folder, names) {
  return Promise.all(
    [...new Set(names)]
      .filter((name) => !name.endsWith(".png"))
      .map(async (name) => {
        const path = join(folder, name);
        const content = await readFile(path);
        const gzip = gzipSync(content, { level: 9 });
        const brotli = brotliCompressSync(content, {
          params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        });
        await writeFile(`${path}.gz`, gzip);
        await writeFile(`${path}.br`, brotli);
        return { name, whole: content.length, gzip: gzip.length, brotli: brotli.length };
      }),
  );
}
