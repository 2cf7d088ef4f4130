// Recording from the microphone, as a WAV file.
import address from "asset:microphone.js";
import { wav } from "./wav.js";

const LOUDEST = 0x8000;

/**
 * Begin to record; the browser asks whether it may.
 *
 * @param {(level: number) => void} heard hears how loud it is, several times a second, in [0, 1]
 * @returns {Promise<() => Promise<Blob>>} ends it and returns the recording
 * @throws {DOMException} when there is no microphone, or it may not be used
 */
export async function record(heard) {
  const constraints = { channelCount: 1, echoCancellation: false, noiseSuppression: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
  const context = new AudioContext();
  await context.audioWorklet.addModule(address);
  const node = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
  /** @type {Int16Array<ArrayBuffer>[]} */
  const blocks = [];
  const ended = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => {
      if (data === null) {
        resolve(null);
      } else {
        blocks.push(data);
        heard(data.reduce(louder, 0) / LOUDEST);
      }
    };
  });
  context.createMediaStreamSource(stream).connect(node);
  return async () => {
    node.port.postMessage("stop");
    await ended;
    for (const track of stream.getTracks()) track.stop();
    await context.close();
    return wav(blocks, context.sampleRate);
  };
}

/**
 * @param {number} loudest
 * @param {number} sample
 */
function louder(loudest, sample) {
  return Math.max(loudest, Math.abs(sample));
}
