// Takes what the microphone gives, where audio runs: posts an Int16Array several times a second,
// and when it is told to stop the rest, and then null.
import { whole } from "../record/wav.js";

const BLOCK = 4096;

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.gathered = new Float32Array(BLOCK);
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
    const heard = this.going ? input[0] : undefined;
    if (heard) {
      if (this.count + heard.length > BLOCK) this.pass();
      this.gathered.set(heard, this.count);
      this.count += heard.length;
    }
    return this.going;
  }

  pass() {
    const block = whole(this.gathered.subarray(0, this.count));
    this.count = 0;
    this.port.postMessage(block, [block.buffer]);
  }
}

registerProcessor("microphone", Microphone);
