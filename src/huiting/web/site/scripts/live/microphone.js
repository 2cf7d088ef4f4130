// The microphone as a stream of samples, while a call goes on.
import address from "asset:stream.js";

const RATE = 16000;
const LOUDEST = 0x8000;

/** Whether this page may ask for a microphone at all: browsers allow it over HTTPS and locally. */
export function allowed() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/** Return the microphones there are; their names are told once one may be used. */
export async function devices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => device.kind === "audioinput" && device.deviceId)
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/**
 * Begin to listen; the browser asks whether it may.
 *
 * @param {{device: string, channels: number}} wish
 * @param {(samples: Int16Array) => void} heard hears the samples of all channels, interleaved
 * @returns {Promise<{rate: number, stop: () => Promise<void>, ended: (work: () => void) => void}>}
 * @throws {DOMException} when there is no microphone, or it may not be used
 */
export async function listen({ device, channels }, heard) {
  const audio = {
    channelCount: channels,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    ...(device ? { deviceId: { exact: device } } : {}),
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const { context, source } = await connected(stream);
  await context.audioWorklet.addModule(address);
  const node = new AudioWorkletNode(context, "stream", {
    numberOfOutputs: 0,
    channelCount: channels,
    channelCountMode: "explicit",
    processorOptions: { channels },
  });
  const over = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => (data === null ? resolve(null) : heard(data));
  });
  source.connect(node);
  const stop = async () => {
    node.port.postMessage("stop");
    await over;
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  };
  const ended = (/** @type {() => void} */ work) =>
    stream.getAudioTracks()[0].addEventListener("ended", work);
  return { rate: context.sampleRate, stop, ended };
}

/**
 * Connect a stream at the rate that recognizers want; where the browser cannot, at its own.
 *
 * @param {MediaStream} stream
 */
async function connected(stream) {
  const wanted = new AudioContext({ sampleRate: RATE });
  try {
    return { context: wanted, source: wanted.createMediaStreamSource(stream) };
  } catch {
    await wanted.close();
    const context = new AudioContext();
    return { context, source: context.createMediaStreamSource(stream) };
  }
}

/**
 * Return how loud samples are at most, in [0, 1].
 *
 * @param {Int16Array} samples
 */
export function loudest(samples) {
  return samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0) / LOUDEST;
}
