// Takes what the microphone gives, where audio runs: posts it interleaved as Int16Array many times
// a second, and when it is told to stop the rest, and then null.
import { whole } from "../record/wav.js";

const BLOCK = 1024; // samples of a channel

class Stream extends AudioWorkletProcessor {
  /** @param {{processorOptions?: {channels: number}}} [options] */
  constructor(options) {
    super();
    this.channels = options?.processorOptions?.channels ?? 1;
    this.gathered = new Float32Array(BLOCK * this.channels);
    this.count = 0;
    this.going = true;
    this.port.onmessage = () => {
      this.pass();
      this.port.postMessage(null);
      this.going = false;
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    const first = this.going ? input[0] : undefined;
    for (let at = 0; first && at < first.length; at += 1) {
      for (let channel = 0; channel < this.channels; channel += 1) {
        this.gathered[this.count] = (input[channel] ?? first)[at];
        this.count += 1;
      }
      if (this.count === this.gathered.length) this.pass();
    }
    return this.going;
  }

  pass() {
    const block = whole(this.gathered.subarray(0, this.count));
    this.count = 0;
    this.port.postMessage(block, [block.buffer]);
  }
}

registerProcessor("stream", Stream);
