// The page of one call: the player, what is drawn, the transcript and the keys go together.
import { asked } from "./call/asking.js";
import { buttons } from "./call/buttons.js";
import { Chunks } from "./call/chunks.js";
import { install as find } from "./call/find.js";
import { Follow } from "./call/follow.js";
import { Lanes } from "./call/lanes.js";
import { moves } from "./call/moves.js";
import { one } from "./call/page.js";
import { follow as writeAddress } from "./call/place.js";
import { Player } from "./call/player.js";
import { Wave, read } from "./call/wave.js";

const page = /** @type {HTMLElement | null} */ (one("[data-call]"));
const tracks = /** @type {HTMLElement | null} */ (one("[data-tracks]"));
if (page && tracks) void start(page, tracks);

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} area
 */
async function start(root, area) {
  const media = /** @type {HTMLAudioElement | null} */ (one("#sound"));
  const player = new Player(media, Number(area.dataset.duration));
  buttons(root, player);
  if (root.dataset.moment) player.seek(Number(root.dataset.moment));
  writeAddress(player);
  // what is pressed before the lines are known waits for them
  const coming = asked(area.dataset.timeline ?? "").then((answer) => answer?.json() ?? null);
  const reading = coming.then((told) => (told ? words(root, player, told.lines) : null));
  moves(
    player,
    reading.then((read) => read?.followed ?? null),
    coming.then((told) => told?.quiet ?? []),
  );
  find(reading, root.dataset.parts ?? "");
  const told = await coming;
  if (!told) return;
  await reading;
  await draw(area, player, told);
  if (media && root.dataset.light === "yes") media.preload = "metadata";
}

/**
 * The transcript.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 * @param {import("./call/follow.js").Lines} lines
 * @returns {import("./call/find.js").Read | null}
 */
function words(root, player, lines) {
  const box = /** @type {HTMLElement | null} */ (one("[data-transcript]"));
  if (!box) return null;
  const address = (/** @type {number} */ from) => {
    const query = new URLSearchParams((root.dataset.parts ?? "").slice(1));
    query.set("from", String(from));
    if (box.dataset.form) query.set("form", box.dataset.form);
    return `${box.dataset.lines}?${query}`;
  };
  const chunks = new Chunks(box, address);
  chunks.build(lines.size);
  const followed = new Follow(box, chunks, lines, one("[data-follow]"));
  const show = () => followed.move(player.now);
  player.addEventListener("moved", show);
  show();
  return { box, chunks, followed };
}

/**
 * The waveform and the lanes.
 *
 * @param {HTMLElement} area
 * @param {Player} player
 * @param {import("./call/lanes.js").Drawn} told
 */
async function draw(area, player, told) {
  const roles = (area.dataset.roles ?? "mixed").split(" ");
  const address = area.dataset.outline;
  const container = /** @type {HTMLElement} */ (one("[data-wave]", area));
  const wave = new Wave({
    container,
    media: one("#sound"),
    peaks: roles.map(() => new Float32Array(100)),
    duration: player.duration,
    colours: roles.map((role) => colour(area, role)),
    height: address ? 44 : 8,
  });
  const lanes = new Lanes(
    /** @type {HTMLElement} */ (one("[data-lanes]", area)),
    told,
    (from, to) => player.play(from, to),
  );
  const again = () => lanes.draw(wave.window);
  // setting the time of a recording that is there would be another move, and never end
  const show = () => player.settled || wave.show(player.now);
  wave.watch((time) => player.seek(time), again);
  new ResizeObserver(again).observe(area);
  again();
  show();
  player.addEventListener("moved", show);
  for (const button of area.ownerDocument.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      wave.zoom(Number(button.getAttribute("data-zoom")), player.now);
      show();
      again();
    });
  }
  area.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return; // only scrolling goes on to the page
      event.preventDefault();
      wave.zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, player.now);
      again();
    },
    { passive: false },
  );
  area.dataset.ready = "yes";
  const answer = address ? await asked(address) : null;
  if (!answer) return;
  await wave.draw(read(await answer.arrayBuffer(), roles.length));
  wave.zoom(1, player.now);
  again();
  area.dataset.ready = "drawn";
}

/**
 * @param {HTMLElement} area
 * @param {string} role
 */
function colour(area, role) {
  const style = getComputedStyle(area);
  return style.getPropertyValue(`--call-${role}`).trim() || style.color;
}
