// Resumable uploads, against a service of a few lines that behaves as ours does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encoded, Refused, send } from "../../../../../src/huiting/web/site/scripts/upload/tus.js";

const PLACE = "/api/v1/uploads/1";

/** A service that keeps one upload; `trouble` may answer in its place. */
class Service {
  constructor() {
    this.kept = "";
    this.metadata = "";
    this.asked = [];
    this.trouble = () => null;
  }

  ask = async (path, { method, headers, body }) => {
    this.asked.push(method);
    const trouble = this.trouble(method, this.asked.length);
    if (trouble) return trouble;
    if (method === "POST") {
      this.metadata = headers["Upload-Metadata"];
      return answer(201, { Location: PLACE });
    }
    assert.equal(path, PLACE);
    if (method === "PATCH") {
      assert.equal(Number(headers["Upload-Offset"]), this.kept.length);
      this.kept += await body.text();
    }
    const done = { "Huiting-Recording": "ab", "Huiting-Job": "7" };
    return answer(204, { "Upload-Offset": String(this.kept.length), ...done });
  };
}

function answer(status, headers = {}, text = null) {
  return new Response(text, { status, headers });
}

function means(service) {
  const known = new Map();
  const waited = [];
  const memory = {
    getItem: (key) => known.get(key) ?? null,
    setItem: (key, value) => known.set(key, value),
    removeItem: (key) => known.delete(key),
  };
  return { ask: service.ask, memory, wait: async (seconds) => void waited.push(seconds), known, waited };
}

const large = "x".repeat((4 << 20) + 10);

test("a file is sent in pieces, and what it became is told", async () => {
  const service = new Service();
  const seen = [];
  const sending = { file: new Blob([large]), key: "k", metadata: {}, progress: (n) => seen.push(n) };

  assert.deepEqual(await send(sending, means(service)), { recording: "ab", job: 7 });
  assert.equal(service.kept, large);
  assert.deepEqual(seen, [4 << 20, large.length]);
});

test("names in any script arrive", () => {
  const [name, value] = encoded({ filename: "录音.wav" }).split(" ");

  assert.equal(name, "filename");
  assert.equal(Buffer.from(value, "base64").toString("utf8"), "录音.wav");
});

test("an upload that was begun goes on where it stopped", async () => {
  const service = new Service();
  service.kept = "abc";
  const own = means(service);
  own.known.set("k", PLACE);
  await send({ file: new Blob(["abcdef"]), key: "k", metadata: {} }, own);

  assert.equal(service.kept, "abcdef");
  assert.deepEqual(service.asked, ["HEAD", "PATCH"]);
  assert.equal(own.known.size, 0);
});

test("an upload that has expired begins anew", async () => {
  const service = new Service();
  service.trouble = (method) => (method === "HEAD" ? answer(404) : null);
  const own = means(service);
  own.known.set("k", "/api/v1/uploads/gone");
  await send({ file: new Blob(["ab"]), key: "k", metadata: {} }, own);

  assert.equal(service.kept, "ab");
});

test("a line that breaks is waited for, longer each time", async () => {
  const service = new Service();
  service.trouble = (_, count) => {
    if (count === 2) throw new TypeError("Failed to fetch");
    return count === 3 ? answer(503) : null;
  };
  const own = means(service);
  await send({ file: new Blob(["ab"]), key: "k", metadata: {} }, own);

  assert.deepEqual(own.waited, [1, 2]);
  assert.equal(service.kept, "ab");
});

test("a line that stays broken is given up", async () => {
  const service = new Service();
  service.trouble = () => answer(503);
  const own = means(service);

  await assert.rejects(send({ file: new Blob(["ab"]), key: "k", metadata: {} }, own));
  assert.deepEqual(own.waited, [1, 2, 5, 10, 20, 30]);
});

test("what the service refuses is not sent again", async () => {
  const service = new Service();
  service.trouble = () => answer(413, {}, "too large");

  await assert.rejects(
    send({ file: new Blob(["ab"]), key: "k", metadata: {} }, means(service)),
    (error) => error instanceof Refused && error.status === 413 && error.message === "too large",
  );
  assert.equal(service.asked.length, 1);
});

test("who stops it is heard", async () => {
  const stop = AbortSignal.abort();

  await assert.rejects(
    send({ file: new Blob(["a"]), key: "k", metadata: {}, signal: stop }, means(new Service())),
    { name: "AbortError" },
  );
});
