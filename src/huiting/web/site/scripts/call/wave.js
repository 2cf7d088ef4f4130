// The waveform of a call, one band a channel, from peaks that the server has computed: the
// recording itself is played, never decoded here.
import WaveSurfer from "wavesurfer.js";
import RegionsPlugin from "wavesurfer.js/dist/plugins/regions.js";
import TimelinePlugin from "wavesurfer.js/dist/plugins/timeline.js";
import ZoomPlugin from "wavesurfer.js/dist/plugins/zoom.js";

/**
 * @typedef {object} Shown
 * @property {HTMLElement} container
 * @property {HTMLMediaElement} media plays the recording
 * @property {number[][]} peaks in [-1, 1], of each channel
 * @property {number} duration seconds
 * @property {string[]} colours of each channel
 * @property {number} [height] pixels of a band
 */

/**
 * Show the waveform of a call.
 *
 * @param {Shown} shown
 */
export function wave({ container, media, peaks, duration, colours, height = 56 }) {
  const regions = RegionsPlugin.create();
  const surfer = WaveSurfer.create({
    container,
    media,
    peaks,
    duration,
    height,
    splitChannels: colours.map((colour) => ({
      waveColor: colour,
      progressColor: colour,
    })),
    cursorWidth: 2,
    cursorColor: getComputedStyle(container).color,
    dragToSeek: true,
    normalize: false,
    plugins: [
      regions,
      TimelinePlugin.create({ height: 16 }),
      ZoomPlugin.create({ scale: 0.2, maxZoom: 400 }),
    ],
  });
  return { surfer, regions };
}
