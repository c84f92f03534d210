import { expect, test } from "vitest";
import type { ObservedRequest } from "../../src/transport/observe.ts";
import { observe } from "../../src/transport/observe.ts";
import { createRecorder, record } from "../../src/transport/record.ts";
import { replay } from "../../src/transport/replay.ts";
import { failureOf } from "./support/failure.ts";
import { fakeTransport, textOf } from "./support/fake-transport.ts";

async function streamText(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of body) text += textOf(chunk);
  return text;
}

test("a recording answers the same requests alike, in order, after a trip through JSON", async () => {
  const recorder = createRecorder();
  const events = '{"type":"ADDED"}\n{"type":"DELETED"}\n';
  const live = record(
    fakeTransport(({ path }, count) => (path === "/watch" ? { body: events } : { status: 200, body: { count } })),
    recorder,
  );
  const post = {
    method: "POST",
    path: "/a",
    query: { x: ["1", "2"] },
    headers: { "content-type": "application/json" },
    body: "{}",
  };
  const expected = [textOf((await live.send(post)).body), textOf((await live.send(post)).body)];
  await streamText((await live.stream({ method: "GET", path: "/watch" })).body);

  const again = replay(JSON.parse(JSON.stringify(recorder.recording())));
  expect([textOf((await again.send(post)).body), textOf((await again.send(post)).body)]).toEqual(expected);
  expect(await streamText((await again.stream({ method: "GET", path: "/watch" })).body)).toBe(events);
  const error = await failureOf(again.send(post));
  expect(error.code).toBe("INVALID_INPUT");
  expect(error.message).toContain("POST /a?x=1&x=2");
});

test("another body is another request", async () => {
  const recorder = createRecorder();
  await record(
    fakeTransport(() => ({})),
    recorder,
  ).send({ method: "PUT", path: "/a", body: "one" });
  await failureOf(replay(recorder.recording()).send({ method: "PUT", path: "/a", body: "two" }));
});

test("a recording holds no secret, and Secrets replay masked", async () => {
  const recorder = createRecorder();
  const secret = JSON.stringify({ kind: "Secret", data: { k: "czNjcmV0" }, stringData: { l: "s3cret" } });
  const live = record(
    fakeTransport(() => ({ body: secret })),
    recorder,
  );
  const request = {
    method: "POST",
    path: "/api/v1/namespaces/x/secrets",
    headers: { authorization: "Bearer s3cret-token", "content-type": "application/json" },
    body: secret,
  };
  await live.send(request);
  await streamText((await live.stream({ ...request, method: "PUT" })).body);
  expect(JSON.stringify(recorder.recording())).not.toMatch(/s3cret|czNjcmV0/);
  expect(textOf((await replay(recorder.recording()).send(request)).body)).toContain("--masked--");
});

test("a stream that its reader left is kept as far as it was read", async () => {
  const recorder = createRecorder();
  const live = record(
    fakeTransport(() => ({ body: '{"n":1}\n{"n":2}\n' })),
    recorder,
  );
  for await (const _chunk of (await live.stream({ method: "GET", path: "/w" })).body) break;
  expect(recorder.recording().exchanges).toMatchObject([{ streamed: true, response: { text: '{"n":1}\n' } }]);
});

test("an observer hears of every request once, before it is sent", async () => {
  const heard: ObservedRequest[] = [];
  const inner = fakeTransport(() => {
    expect(heard.length).toBeGreaterThan(0);
    return {};
  });
  const transport = observe(inner, (request) => heard.push(request));
  await transport.send({ method: "DELETE", path: "/a", query: { x: 1 } });
  await transport.stream({ method: "GET", path: "/b" });
  await transport.open({ path: "/c", protocols: [] });
  expect(heard.map(({ method, path, upgrade }) => [method, path, upgrade])).toEqual([
    ["DELETE", "/a", false],
    ["GET", "/b", false],
    ["GET", "/c", true],
  ]);
});
