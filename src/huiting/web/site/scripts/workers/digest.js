// Computes the SHA-256 of a file of any size beside the page: {file} comes, {digest} goes.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

addEventListener("message", async ({ data }) => {
  try {
    const hash = sha256.create();
    const reader = data.file.stream().getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      hash.update(piece.value);
    postMessage({ digest: bytesToHex(hash.digest()) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
