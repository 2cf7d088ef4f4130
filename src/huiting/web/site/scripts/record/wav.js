// Samples as a WAV file: 16 bit, one channel. Knows no browser.

const HEAD = 44;

/**
 * Return samples as whole numbers; those that are too loud become the loudest.
 *
 * @param {Float32Array} samples in [-1, 1]
 */
export function whole(samples) {
  return Int16Array.from(samples, (sample) =>
    Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff),
  );
}

/**
 * Return a WAV file.
 *
 * @param {Int16Array<ArrayBuffer>[]} blocks
 * @param {number} rate of samples, in Hz
 */
export function wav(blocks, rate) {
  const size = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const view = new DataView(new ArrayBuffer(HEAD));
  const text = (/** @type {number} */ at, /** @type {string} */ word) => {
    for (let i = 0; i < word.length; i++) view.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, HEAD - 8 + size, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, size, true);
  return new Blob([view, ...blocks], { type: "audio/wav" });
}
