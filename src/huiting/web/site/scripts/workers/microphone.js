// Takes what the microphone gives, where audio runs: posts one Float32Array a block.

class Microphone extends AudioWorkletProcessor {
  /** @param {Float32Array[][]} inputs */
  process([input]) {
    if (input.length > 0) {
      const block = input[0].slice();
      this.port.postMessage(block, [block.buffer]);
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
