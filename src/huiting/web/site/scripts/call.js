// The page of one call: the player, what is drawn, the transcript and the keys go together.
import { Chunks } from "./call/chunks.js";
import { Follow } from "./call/follow.js";
import { listen } from "./call/keys.js";
import { Lanes } from "./call/lanes.js";
import { copy, follow as writeAddress, linkTo } from "./call/place.js";
import { Player } from "./call/player.js";
import { Wave, read } from "./call/wave.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];

/**
 * @template {Element} T
 * @param {string} selector
 * @param {ParentNode} [part]
 * @returns {T | null}
 */
const one = (selector, part = document) => /** @type {T | null} */ (part.querySelector(selector));

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
  const answer = await fetch(area.dataset.timeline ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const told = await answer.json();
  const followed = words(root, player, told.lines);
  moves(player, followed, told.quiet);
  await draw(area, player, told);
  if (media && root.dataset.light === "yes") media.preload = "metadata";
}

/**
 * The transcript.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 * @param {import("./call/follow.js").Lines} lines
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
  return followed;
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
  wave.watch((time) => player.seek(time), again);
  new ResizeObserver(again).observe(area);
  again();
  wave.show(player.now);
  player.addEventListener("moved", () => player.playing || wave.show(player.now));
  for (const button of area.ownerDocument.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      wave.zoom(Number(button.getAttribute("data-zoom")), player.now);
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
  const bytes = address ? await outline(address) : null;
  if (bytes) wave.draw(read(bytes, roles.length));
  again();
}

/** @param {string} address */
async function outline(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  return answer.ok ? answer.arrayBuffer() : null;
}

/**
 * @param {HTMLElement} area
 * @param {string} role
 */
function colour(area, role) {
  const style = getComputedStyle(area);
  return style.getPropertyValue(`--call-${role}`).trim() || style.color;
}

/**
 * Buttons and words that are pointed at, also those that come later.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 */
function buttons(root, player) {
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const stretch = target?.closest("[data-from]:not(.chunk)");
    const place = target?.closest("[data-seek], .word");
    if (stretch)
      player.play(
        Number(stretch.getAttribute("data-from")),
        Number(stretch.getAttribute("data-to")),
      );
    else if (place && !getSelection()?.toString()) {
      player.play(Number(place.getAttribute("data-seek") ?? place.getAttribute("data-t")));
    }
  });
  one("[data-play]")?.addEventListener("click", () => player.toggle());
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () =>
      player.seek(player.now + Number(button.getAttribute("data-jump"))),
    );
  }
  const speed = /** @type {HTMLSelectElement | null} */ (one("[data-speed]"));
  speed?.addEventListener("change", () => {
    player.speed = Number(speed.value);
  });
  sheets(root);
  remarks(root, player);
  shown(player);
  one("[data-copy]")?.addEventListener("click", () => void copied(player));
  root.addEventListener(
    "click",
    (event) => {
      const link =
        event.target instanceof Element ? event.target.closest("a[data-keep-moment]") : null;
      if (!(link instanceof HTMLAnchorElement) || player.now < 0.05) return;
      const address = new URL(link.href);
      address.searchParams.set("t", player.now.toFixed(1));
      link.href = address.href;
    },
    { capture: true },
  );
}

/** @param {Player} player */
async function copied(player) {
  const button = one("[data-copy]");
  const told = one("[data-told]");
  if (told && (await copy(linkTo(player.now).href)))
    told.textContent = button?.getAttribute("data-copied") ?? "";
  button?.classList.add("done");
  setTimeout(() => button?.classList.remove("done"), 1500);
}

/**
 * What opens over the page.
 *
 * @param {HTMLElement} root
 */
function sheets(root) {
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest("[data-open]");
    const sheet = opener ? document.getElementById(opener.getAttribute("data-open") ?? "") : null;
    if (sheet instanceof HTMLDialogElement) sheet.showModal();
    const open = target?.closest("dialog");
    if (open && (target === open || target?.closest("[data-close]"))) open.close();
    for (const menu of root.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target) || target?.closest(".menu-item")) menu.removeAttribute("open");
    }
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    const form =
      event.target instanceof Element ? event.target.closest("[data-close-dialog]") : null;
    form?.closest("dialog")?.close();
  });
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? root.querySelector("details.menu[open]") : null;
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
  });
}

/**
 * A remark may be on the moment that is heard.
 *
 * @param {HTMLElement} root
 * @param {Player} player
 */
function remarks(root, player) {
  const tell = (/** @type {number} */ time) => {
    const box = /** @type {HTMLInputElement | null} */ (one("[data-moment-of-remark]"));
    const text = one("[data-now-of-remark]");
    if (!box || !text || box.checked) return;
    box.value = time.toFixed(1);
    text.textContent = clock(time);
  };
  player.addEventListener("moved", () => tell(player.now));
  root.addEventListener("click", (event) => {
    const button =
      event.target instanceof Element ? event.target.closest("[data-remark-at]") : null;
    const box = /** @type {HTMLInputElement | null} */ (one("[data-moment-of-remark]"));
    if (!button || !box) return;
    box.checked = false;
    tell(Number(button.getAttribute("data-remark-at")));
    box.checked = true;
    /** @type {HTMLElement | null} */ (one("#remark-text"))?.focus();
  });
}

/**
 * What the buttons show of the player.
 *
 * @param {Player} player
 */
function shown(player) {
  const now = one("[data-now]");
  const pressed = (/** @type {string} */ name, /** @type {boolean} */ on) =>
    one(name)?.setAttribute("aria-pressed", String(on));
  player.addEventListener("moved", () => {
    if (now) now.textContent = clock(player.now);
  });
  player.addEventListener("state", () => {
    pressed("[data-play]", player.playing);
    pressed("[data-loop]", player.looping !== null);
    pressed("[data-skip]", player.skipping);
    const speed = /** @type {HTMLSelectElement | null} */ (one("[data-speed]"));
    if (speed) speed.value = String(player.speed);
    const problem = one("[data-problem]");
    if (problem && player.playing) problem.textContent = "";
  });
  player.addEventListener("problem", () => {
    const problem = one("[data-problem]");
    if (problem) problem.textContent = one("[data-problem-text]")?.textContent ?? "";
  });
}

/**
 * Keys, and buttons that need to know the lines.
 *
 * @param {Player} player
 * @param {Follow | null} followed
 * @param {import("./call/player.js").Span[]} quiet
 */
function moves(player, followed, quiet) {
  const line = (/** @type {number} */ steps) => {
    const place = followed?.beside(steps) ?? null;
    if (place === null) return;
    followed?.follow(true);
    player.seek(place);
  };
  const loop = (/** @type {number | undefined} */ wanted) => {
    const span = followed?.span(wanted ?? followed.current) ?? null;
    if (player.looping && wanted === undefined) return player.loop(null);
    if (!span) return;
    player.loop(null);
    player.play(span[0]);
    player.loop(span);
  };
  const faster = (/** @type {number} */ steps) => {
    const place = SPEEDS.indexOf(player.speed);
    player.speed =
      SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (place < 0 ? 1 : place) + steps))];
  };
  one("[data-loop]")?.addEventListener("click", () => loop(undefined));
  one("[data-skip]")?.addEventListener("click", () => player.skip(!player.skipping, quiet));
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-repeat]") : null;
    if (button) loop(Number(button.getAttribute("data-repeat")));
  });
  const inside = (/** @type {KeyboardEvent} */ event) =>
    event.target instanceof Element &&
    event.target.closest("[data-transcript], [data-player]") !== null;
  listen({
    " ": () => player.toggle(),
    j: () => line(1),
    k: () => line(-1),
    ArrowDown: (event) => inside(event) && line(1),
    ArrowUp: (event) => inside(event) && line(-1),
    ArrowLeft: () => player.seek(player.now - 5),
    ArrowRight: () => player.seek(player.now + 5),
    "[": () => faster(-1),
    "]": () => faster(1),
    l: () => void loop(undefined),
    n: () => away("[data-after]"),
    p: () => away("[data-before]"),
    c: () => void copied(player),
    "?": () =>
      /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal(),
  });
}

/** @param {string} link */
function away(link) {
  const found = /** @type {HTMLAnchorElement | null} */ (one(link));
  if (found) location.assign(found.href);
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
