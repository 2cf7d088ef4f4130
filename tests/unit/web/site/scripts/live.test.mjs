// The state of a live call's page, and its line to the service, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { board, clock, points, take } from "../../../../../src/huiting/web/site/scripts/live/board.js";
import { Line } from "../../../../../src/huiting/web/site/scripts/live/line.js";

const partial = (number, text, stable = "", start = number) => ({
  type: "partial", channel: 0, number, span: { start, end: start + 1 }, stable, text,
});
const final = (number, ...texts) => ({
  type: "final", number,
  segments: texts.map((text, i) => ({
    channel: 0, role: "customer", span: { start: number + i / 10, end: number + 1 }, text,
    emotion: { label: "ANGRY" },
  })),
});
const cue = (key, severity, at, on = true) => ({
  type: "cue", key, kind: "rule", severity, at, on, text: { en: key }, evidence: [], link: null,
});
const told = (...events) => {
  const now = board(["agent", "customer"]);
  events.forEach((event, i) => take(now, i + 1, event));
  return now;
};
const shown = (now) => now.lines.map((line) => `${line.text}|${line.rest}`);

test("what may still change is apart, and what is certain stays", () => {
  assert.deepEqual(shown(told(partial(1, "以下攻"), partial(1, "你好公号", "你好"))), ["你好|公号"]);
});

test("the element of a line stays when it becomes final", () => {
  const before = told(partial(1, "你好"));
  const after = told(partial(1, "你好"), final(1, "你好。"));
  assert.equal(before.lines[0].key, after.lines[0].key);
  assert.deepEqual(shown(after), ["你好。|"]);
  assert.equal(after.lines[0].emotion, "ANGRY");
});

test("a final is not replaced by a partial that comes late", () => {
  assert.deepEqual(shown(told(final(1, "你好。"), partial(1, "泥好"))), ["你好。|"]);
});

test("what was nothing after all disappears", () => {
  assert.deepEqual(shown(told(partial(1, "嗯"), final(1))), []);
});

test("lines stand in order of time, several of one segment too", () => {
  const now = told(partial(2, "二", "", 5), final(1, "一", "一点一"), partial(3, "三", "", 4));
  assert.deepEqual(shown(now), ["一|", "一点一|", "|三", "|二"]);
});

test("an event that was read before a gap counts once", () => {
  const now = told(cue("a", "notice", 1));
  take(now, 1, cue("b", "notice", 1));
  assert.deepEqual(now.cues.map((one) => one.key), ["a"]);
});

test("cues: those that hold, then the gravest, then the newest; one of each key", () => {
  const now = told(
    cue("a", "notice", 1), cue("b", "fatal", 2), cue("c", "fatal", 3), cue("d", "fatal", 4, false),
    cue("a", "warning", 5),
  );
  assert.deepEqual(now.cues.map((one) => one.key), ["c", "b", "a", "d"]);
});

test("a lost stretch is shown as such, and the end leaves only what is final", () => {
  const now = told(
    { type: "lost", number: 1, channel: 1, span: { start: 0, end: 1 }, reason: "" },
    partial(2, "还没说完"),
    { type: "away", on: true, at: 3 },
    { type: "ended", why: "gone", duration: 3 },
  );
  assert.deepEqual(now.lines.map((line) => [line.lost, line.role]), [[true, "customer"]]);
  assert.equal(now.away, false);
});

test("what is felt becomes a curve that goes on to now, also for who comes late", () => {
  const said = (number, end, label) => ({
    type: "final", number,
    segments: [{ channel: 1, role: "customer", span: { start: end - 1, end }, text: "啊。", emotion: { label } }],
  });
  const now = told(said(1, 10, "NEUTRAL"), said(2, 20, "ANGRY"), said(3, 30, "EMO_UNKNOWN"));
  assert.deepEqual(now.feelings[1].map(({ emotion }) => emotion), ["NEUTRAL", "ANGRY", "EMO_UNKNOWN"]);
  assert.equal(points(now.feelings[1], 40, 400, 108), "100.0,54.0 200.0,104.0 400.0,104.0");
  assert.equal(points([], 40, 400, 108), "");
});

test("a call that is over strains nothing any more", () => {
  const now = told({ type: "strain", at: 1, on: true });
  assert.equal(now.strained, true);
  take(now, 2, { type: "ended", why: "finished", duration: 3 });
  assert.equal(now.strained, false);
});

test("roles that are heard take the place of unknown ones", () => {
  const now = board(["unknown"]);
  take(now, 1, { type: "pulse", at: 1, roles: { 0: "agent" }, moods: {} });
  take(now, 2, partial(1, "你好"));
  assert.equal(now.lines[0].role, "agent");
});

test("kinds of events that are not known yet are read past", () => {
  assert.deepEqual(shown(told({ type: "song" }, final(1, "好。"))), ["好。|"]);
});

test("times are written as people read them", () => {
  assert.deepEqual([0, 59.9, 61, 3661].map(clock), ["0:00", "0:59", "1:01", "1:01:01"]);
});

/** A service as the line sees it: connections, and timers that the test lets run. */
function service() {
  const made = { sockets: [], timers: [], states: [], events: [], failed: [] };
  const means = {
    connect: () => {
      const socket = { sent: [], send: (data) => socket.sent.push(data), close: () => {} };
      made.sockets.push(socket);
      return socket;
    },
    later: (work, seconds) => made.timers.push({ work, seconds }) - 1,
    never: (index) => index !== null && (made.timers[index].work = () => {}),
  };
  const heard = {
    opened: () => {},
    event: (number, event) => made.events.push([number, event.type]),
    state: (state) => made.states.push(state),
    failed: (error) => made.failed.push(error.code),
  };
  made.line = new Line({ type: "open", rate: 16000 }, heard, means, 10);
  made.say = (message) => made.sockets.at(-1).onmessage({ data: JSON.stringify(message) });
  made.open = (received = 0) => {
    made.sockets.at(-1).onopen();
    made.say({ type: "opened", id: "a", key: "secret", received, after: 0 });
  };
  made.audio = () => made.sockets.at(-1).sent.filter((one) => typeof one !== "string");
  made.bytes = () => made.audio().flatMap((data) => [...data]);
  made.texts = () => made.sockets.at(-1).sent.filter((one) => typeof one === "string");
  return made;
}

test("what is said before the line is open is sent when it is", () => {
  const made = service();
  made.line.speak(new Uint8Array([1, 2, 3]).buffer);
  assert.deepEqual(made.sockets[0].sent, []);
  made.open();
  assert.deepEqual(JSON.parse(made.texts()[0]).type, "open");
  assert.deepEqual(made.bytes(), [1, 2, 3]);
});

test("after a cut audio goes on from the byte that the service has", () => {
  const made = service();
  made.open();
  made.line.speak(new Uint8Array([1, 2, 3, 4]).buffer);
  made.say({ type: "event", number: 5, event: { type: "pulse" } });
  made.sockets[0].onclose({ code: 1006 });
  made.line.speak(new Uint8Array([5, 6]).buffer);
  made.timers.at(-1).work();
  made.open(3);
  assert.deepEqual(JSON.parse(made.texts()[0]), { type: "resume", key: "secret", after: 5 });
  assert.deepEqual(made.bytes(), [4, 5, 6]);
  assert.deepEqual(made.states, ["connecting", "open", "cut", "connecting", "open"]);
});

test("what the service has is not remembered", () => {
  const made = service();
  made.open();
  for (let i = 0; i < 10; i += 1) made.line.speak(new Uint8Array(100).buffer);
  made.say({ type: "received", bytes: 950 });
  assert.equal(made.line.held.length, 1);
});

test("the end is said again when it may have been lost, and heard to its end", () => {
  const made = service();
  made.open();
  made.line.finish();
  made.sockets[0].onclose({ code: 1006 });
  made.timers.at(-1).work();
  made.open();
  assert.deepEqual(JSON.parse(made.texts().at(-1)), { type: "finish" });
  made.say({ type: "event", number: 9, event: { type: "ended" } });
  made.sockets[1].onclose({ code: 1000 });
  assert.equal(made.states.at(-1), "over");
  assert.deepEqual(made.failed, []);
});

test("it is tried again for as long as the service waits, then told", () => {
  const made = service();
  made.open();
  made.sockets[0].onclose({ code: 1006 });
  for (let i = 0; i < 20 && !made.failed.length; i += 1) {
    made.timers.at(-1).work();
    made.sockets.at(-1).onclose({ code: 1006 });
  }
  assert.deepEqual(made.failed, ["cut"]);
  assert.ok(made.sockets.length > 3);
  assert.ok(made.sockets.length < 10);
});

test("a refusal is told and not tried again", () => {
  const made = service();
  made.sockets[0].onopen();
  made.say({ type: "error", code: "too-many", detail: "wait" });
  made.sockets[0].onclose({ code: 4429 });
  assert.deepEqual(made.failed, ["too-many"]);
  assert.equal(made.sockets.length, 1);
});

test("who has nothing to send says that they are there", () => {
  const made = service();
  made.open();
  made.timers.at(-1).work();
  assert.deepEqual(JSON.parse(made.texts().at(-1)), { type: "ping" });
  made.line.speak(new Uint8Array(2).buffer);
  const before = made.texts().length;
  made.timers.at(-1).work();
  assert.equal(made.texts().length, before);
});

test("what a connection that was given up still says is not heard", () => {
  const made = service();
  made.open();
  made.sockets[0].onclose({ code: 1006 });
  made.timers.at(-1).work();
  made.sockets[0].onmessage({ data: JSON.stringify({ type: "event", number: 1, event: { type: "final" } }) });
  assert.deepEqual(made.events, []);
});
