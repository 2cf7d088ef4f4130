// The SHA-256 of a file, by which the service knows recordings: computed beside the page.
import address from "asset:digest.js";

/**
 * @param {Blob} file
 * @returns {Promise<string>} in hexadecimal
 */
export function digest(file) {
  const worker = new Worker(address, { type: "module" });
  const told = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) =>
      data.digest ? resolve(data.digest) : reject(new Error(data.error));
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage({ file });
  return told.finally(() => worker.terminate());
}
