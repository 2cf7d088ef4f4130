// Recording from the microphone, as a WAV file.
import address from "asset:microphone.js";
import { wav } from "./wav.js";

/**
 * Begin to record; the browser asks whether it may.
 *
 * @param {(level: number) => void} heard hears how loud each block is, in [0, 1]
 * @returns {Promise<() => Promise<Blob>>} ends it and returns the recording
 * @throws {DOMException} when there is no microphone, or it may not be used
 */
export async function record(heard) {
  const constraints = {
    channelCount: 1,
    echoCancellation: false,
    noiseSuppression: false,
  };
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: constraints,
  });
  const context = new AudioContext();
  await context.audioWorklet.addModule(address);
  const node = new AudioWorkletNode(context, "microphone", {
    numberOfOutputs: 0,
  });
  /** @type {Float32Array[]} */
  const blocks = [];
  node.port.onmessage = ({ data }) => {
    blocks.push(data);
    heard(Math.max(...data.map(Math.abs)));
  };
  context.createMediaStreamSource(stream).connect(node);
  return async () => {
    for (const track of stream.getTracks()) track.stop();
    const rate = context.sampleRate;
    await context.close();
    return wav(blocks, rate);
  };
}
