import { describe, expect, test } from "vitest";
import { ConnectionError } from "../../src/errors.ts";
import { type RetryOptions, retry } from "../../src/transport/retry.ts";
import { failureOf } from "./support/failure.ts";
import { type Answer, fakeTransport } from "./support/fake-transport.ts";

/** A retrying transport whose sleeps take no time and are kept. */
function retrying(answer: (count: number) => Answer, options: RetryOptions = {}) {
  const slept: number[] = [];
  const inner = fakeTransport((_request, count) => answer(count));
  const sleep = async (ms: number, signal?: AbortSignal) => {
    slept.push(ms);
    signal?.throwIfAborted();
  };
  return { slept, inner, transport: retry(inner, { sleep, random: () => 1, ...options }) };
}
const get = { method: "GET", path: "/" };
const busy = (status: number, retryAfter?: string): Answer => ({
  status,
  headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
});
const refuse = (): never => {
  throw new ConnectionError("CONNECTION_REFUSED", "refused", { retryable: true });
};

describe("answers", () => {
  test.each([429, 500, 503])("%i with Retry-After is tried again after that time", async (status) => {
    const { transport, slept } = retrying((count) => (count < 3 ? busy(status, "2") : {}));
    expect((await transport.send({ method: "POST", path: "/", body: "{}" })).status).toBe(200);
    expect(slept).toEqual([2000, 2000]);
  });

  test.each([
    [429, undefined],
    [503, undefined],
    [404, "1"],
    [409, "1"],
  ])("%i with Retry-After %s is final", async (status, after) => {
    const { transport, inner } = retrying(() => busy(status, after));
    expect((await transport.send(get)).status).toBe(status);
    expect(inner.sent).toHaveLength(1);
  });

  test("are tried ten times at most", async () => {
    const { transport, inner } = retrying(() => busy(429, "1"));
    expect((await transport.stream(get)).status).toBe(429);
    expect(inner.sent).toHaveLength(10);
  });

  test("of a disruption budget are final, for who evicts tells why it waits", async () => {
    const evict = { method: "POST", path: "/api/v1/namespaces/default/pods/web/eviction", body: "{}" };
    const { transport, inner } = retrying(() => busy(429, "10"));
    expect((await transport.send(evict)).status).toBe(429);
    expect(inner.sent).toHaveLength(1);
    const unavailable = retrying((count) => (count < 2 ? busy(503, "1") : {}));
    expect((await unavailable.transport.send(evict)).status).toBe(200);
  });

  test("that ask for too long a wait are final", async () => {
    const { transport, slept } = retrying(() => busy(429, "3600"));
    expect((await transport.send(get)).status).toBe(429);
    expect(slept).toEqual([]);
  });
});

describe("refused connections", () => {
  test("are tried again after growing waits", async () => {
    const { transport, slept } = retrying((count) => (count < 8 ? refuse() : {}));
    expect((await transport.send(get)).status).toBe(200);
    expect(slept).toEqual([20, 40, 80, 160, 320, 500, 500]);
  });

  test("are an error after the last try", async () => {
    const { transport, inner } = retrying(refuse, { maxTries: 3 });
    expect((await failureOf(transport.send(get))).code).toBe("CONNECTION_REFUSED");
    expect(inner.sent).toHaveLength(3);
  });

  test("are tried again for WebSockets too", async () => {
    let opened = 0;
    const inner = { ...fakeTransport(() => ({})), open: async () => (++opened < 3 ? refuse() : ("socket" as never)) };
    expect(await retry(inner, { sleep: async () => {} }).open({ path: "/", protocols: [] })).toBe("socket");
  });
});

test("a connection that was lost is not tried again: the server may have acted", async () => {
  const { transport, inner } = retrying(() => {
    throw new ConnectionError("CONNECTION_LOST", "lost", { retryable: true });
  });
  await failureOf(transport.send(get));
  expect(inner.sent).toHaveLength(1);
});

test("a body that cannot be replayed is sent once", async () => {
  const { transport, inner } = retrying(() => busy(429, "1"));
  const body = (async function* () {
    yield Buffer.from("x");
  })();
  expect((await transport.send({ method: "POST", path: "/", body })).status).toBe(429);
  expect(inner.sent).toHaveLength(1);
});

test("an interruption while waiting ends it", async () => {
  const abort = new AbortController();
  const { transport } = retrying(() => {
    abort.abort();
    return busy(429, "1");
  });
  expect((await failureOf(transport.send(get, { signal: abort.signal }))).code).toBe("ABORTED");
});
