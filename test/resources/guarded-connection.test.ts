import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { GuardedConnection, SilenceError } from "../../src/resources/guarded-connection.ts";
import { FakeTiming } from "./fake-server.ts";

function setUp(limitMs: number | undefined): {
  readonly timing: FakeTiming;
  readonly caller: AbortController;
  readonly connection: GuardedConnection;
} {
  const timing = new FakeTiming();
  const caller = new AbortController();
  const connection = new GuardedConnection({ what: "A log", timing, signal: caller.signal, limitMs: () => limitMs });
  return { timing, caller, connection };
}

test("a server that is silent while somebody waits ends the connection", async () => {
  const { timing, connection } = setUp(5000);
  const ended = new Promise((_, reject) => {
    connection.signal.addEventListener("abort", () => reject(new Error("cut off")));
  });
  const waiting = connection.unlessSilent(ended).catch((error: unknown) => connection.failure(error));
  expect([...timing.timers].map(({ ms }) => ms)).toEqual([5000]);
  for (const { run } of timing.timers) run();
  const failure = await waiting;
  expect(failure).toBeInstanceOf(SilenceError);
  expect(failure).toMatchObject({ code: "CONNECTION_LOST", message: "A log was silent for 5 s", retryable: true });
});

test("the time that a slow reader takes does not count, nor that of a server that may be silent", async () => {
  const { timing, connection } = setUp(5000);
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1);
    yield Uint8Array.of(2);
  }
  for await (const chunk of connection.chunks(body())) {
    expect(chunk).toHaveLength(1);
    expect(timing.timers.size).toBe(0);
  }
  const patient = setUp(undefined);
  void patient.connection.unlessSilent(new Promise(() => {}));
  expect(patient.timing.timers.size).toBe(0);
});

test("it ends with its caller, and listens to it only until it is closed", async () => {
  const { caller, connection } = setUp(5000);
  caller.abort();
  expect(connection.failure(new Error("cut off"))).toMatchObject({ code: "ABORTED" });
  const other = setUp(5000);
  expect(getEventListeners(other.caller.signal, "abort")).toHaveLength(1);
  other.connection.close();
  expect(getEventListeners(other.caller.signal, "abort")).toHaveLength(0);
  expect(other.connection.signal.aborted).toBe(true);
  const late = new GuardedConnection({ what: "", timing: other.timing, signal: caller.signal, limitMs: () => 1 });
  expect(late.signal.aborted).toBe(true);
});
