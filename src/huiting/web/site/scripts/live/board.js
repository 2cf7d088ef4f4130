// What is known of a live call, put together from its events. Pure: no page, no clock.

/** @typedef {{start: number, end: number}} Span */
/**
 * @typedef {object} Line
 * @property {string} key stays while what is said grows, so that its element does
 * @property {number} number of the segment
 * @property {number} channel
 * @property {string} role
 * @property {number} start seconds
 * @property {string} text what is certain
 * @property {string} rest what may still change
 * @property {boolean} final
 * @property {boolean} lost
 * @property {string} emotion code, or ""
 */
/**
 * @typedef {object} Cue
 * @property {string} key
 * @property {string} kind
 * @property {number} at
 * @property {Record<string, string>} text
 * @property {string} severity
 * @property {{channel: number, span: Span, text: string}[]} evidence
 * @property {boolean} on
 * @property {string | null} link
 */
/** @typedef {{at: number, level: number, emotion: string}} Feeling */
/**
 * @typedef {object} Board
 * @property {Line[]} lines in order of time
 * @property {Cue[]} cues those that hold first, then the gravest, then the newest
 * @property {Record<string, any> | null} pulse
 * @property {Record<string, Feeling[]>} feelings by channel
 * @property {Record<string, boolean>} speaking by channel
 * @property {boolean} strained
 * @property {boolean} away
 * @property {boolean} missed
 * @property {Record<string, any> | null} ended
 * @property {string[]} roles by channel
 * @property {number} last number of the last event
 */

const GRAVITY = ["fatal", "warning", "notice"];
/** How each emotion stands on the curve, from bad to good. @type {Record<string, number>} */
const LEVEL = { ANGRY: -1, DISGUSTED: -0.8, FEARFUL: -0.5, SAD: -0.5, SURPRISED: 0.3, HAPPY: 1 };
const UNSURE = "EMO_UNKNOWN"; // is told beside the curve, and is no point of it
const MOST = 600; // points of a curve

/**
 * @param {string[]} [roles] of the channels, in order
 * @returns {Board}
 */
export function board(roles = []) {
  return {
    lines: [],
    cues: [],
    pulse: null,
    feelings: {},
    speaking: {},
    strained: false,
    away: false,
    missed: false,
    ended: null,
    roles,
    last: 0,
  };
}

/**
 * Take an event in.
 *
 * @param {Board} now is changed
 * @param {number} number
 * @param {Record<string, any>} event
 */
export function take(now, number, event) {
  if (number <= now.last) return; // told again after a gap
  now.last = number;
  TAKEN[event.type]?.(now, event);
}

/** @type {Record<string, (now: Board, event: Record<string, any>) => void>} */
const TAKEN = {
  speech: (now, event) => {
    now.speaking[event.channel] = event.speaking;
  },
  partial: (now, event) => {
    if (now.lines.some((line) => line.number === event.number && line.final)) return;
    const stable = event.text.startsWith(event.stable) ? event.stable : "";
    put(now, event.number, [
      {
        ...blank(now, event.number, 0, event.channel, event.span.start),
        text: stable,
        rest: event.text.slice(stable.length),
      },
    ]);
  },
  final: (now, event) => {
    const said = event.segments.filter((/** @type {any} */ segment) => segment.text);
    const lines = said.map((/** @type {any} */ segment, /** @type {number} */ index) => ({
      ...blank(now, event.number, index, segment.channel, segment.span.start),
      role: segment.role === "unknown" ? role(now, segment.channel) : segment.role,
      text: segment.text,
      final: true,
      emotion: segment.emotion?.label ?? "",
    }));
    put(now, event.number, lines);
    // Of pulses a page that is opened late is told the newest alone; of finals, all.
    for (const segment of event.segments) {
      if (segment.emotion) feel(now, segment.channel, segment.span.end, segment.emotion.label);
    }
  },
  lost: (now, event) => {
    const line = blank(now, event.number, 0, event.channel, event.span.start);
    put(now, event.number, [{ ...line, final: true, lost: true }]);
  },
  cue: (now, event) => {
    const cues = now.cues.filter((cue) => cue.key !== event.key);
    now.cues = [...cues, /** @type {Cue} */ (event)].sort(graver);
  },
  pulse: (now, event) => {
    now.pulse = event;
    for (const [channel, found] of Object.entries(event.roles ?? {})) {
      if (found !== "unknown") now.roles[Number(channel)] = found;
    }
  },
  strain: (now, event) => {
    now.strained = event.on;
  },
  away: (now, event) => {
    now.away = event.on;
  },
  missed: (now) => {
    now.missed = true;
  },
  ended: (now, event) => {
    now.ended = event;
    now.away = false;
    now.strained = false;
    now.lines = now.lines.filter((line) => line.final);
  },
};

/**
 * @param {Board} now
 * @param {number} number
 * @param {number} index
 * @param {number} channel
 * @param {number} start
 * @returns {Line}
 */
function blank(now, number, index, channel, start) {
  const common = { text: "", rest: "", final: false, lost: false, emotion: "" };
  return { key: `${number}.${index}`, number, channel, role: role(now, channel), start, ...common };
}

/**
 * @param {Board} now
 * @param {number} channel
 */
function role(now, channel) {
  return now.roles[channel] ?? "unknown";
}

/**
 * Put lines in the place of those of a segment.
 *
 * @param {Board} now
 * @param {number} number
 * @param {Line[]} lines
 */
function put(now, number, lines) {
  const others = now.lines.filter((line) => line.number !== number);
  now.lines = [...others, ...lines].sort((a, b) => a.start - b.start || a.number - b.number);
}

/**
 * @param {Board} now
 * @param {number} channel
 * @param {number} at seconds
 * @param {string} emotion
 */
function feel(now, channel, at, emotion) {
  const felt = (now.feelings[channel] ??= []);
  felt.push({ at, level: LEVEL[emotion] ?? 0, emotion });
  if (felt.length > MOST) felt.splice(0, felt.length - MOST);
}

/**
 * @param {Cue} a
 * @param {Cue} b
 */
function graver(a, b) {
  const grave = GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity);
  return Number(b.on) - Number(a.on) || grave || b.at - a.at;
}

/**
 * Return the points of a curve as SVG wants them, from the beginning of the call to `until`.
 *
 * @param {Feeling[]} felt
 * @param {number} until seconds
 * @param {number} width
 * @param {number} height
 */
export function points(felt, until, width, height) {
  const across = (/** @type {number} */ at) => (width * Math.min(at, until)) / Math.max(until, 1);
  const down = (/** @type {number} */ level) => height / 2 - (level * (height - 8)) / 2;
  const known = felt.filter(({ emotion }) => emotion !== UNSURE);
  const last = known.at(-1);
  const all = last && last.at < until ? [...known, { ...last, at: until }] : known;
  return all.map(({ at, level }) => `${across(at).toFixed(1)},${down(level).toFixed(1)}`).join(" ");
}

/**
 * Return a time as people read it.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const second = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${second}` : `${minutes}:${second}`;
}
