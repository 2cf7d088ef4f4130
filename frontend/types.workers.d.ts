/** Our files that the service worker keeps; put in by the build. */
declare const SHELL: string[];

/** As much of audio worklets as we use. */
declare class AudioWorkletProcessor {
  constructor(options?: any);
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
