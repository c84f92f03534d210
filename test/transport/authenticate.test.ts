import { describe, expect, test } from "vitest";
import type { CredentialSource, RequestCredential } from "../../src/config/credential-source.ts";
import { authenticate, impersonationHeaders } from "../../src/transport/authenticate.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { fakeTransport } from "./support/fake-transport.ts";

/** A source whose credential changes when it is dropped. */
function source(values: readonly RequestCredential[], droppable = true): CredentialSource & { dropped: number } {
  let index = 0;
  return {
    dropped: 0,
    now: () => Date.now(),
    current: async () => values[index] ?? {},
    invalidate() {
      if (!droppable || index + 1 >= values.length) return false;
      index += 1;
      this.dropped += 1;
      return true;
    },
  };
}
const get = { method: "GET", path: "/api" };
const bearer = (token: string): RequestCredential => ({ authorization: `Bearer ${token}` });
const byToken = (good: string) =>
  fakeTransport(({ headers }) => ({ status: headers?.authorization === `Bearer ${good}` ? 200 : 401 }));

test("adds the credential, and nothing else changes", async () => {
  const inner = byToken("a");
  const transport = authenticate(inner, { credentials: source([bearer("a")]), server: "https://h" });
  expect((await transport.send({ ...get, headers: { accept: "x" } })).status).toBe(200);
  expect(inner.sent).toEqual([{ ...get, headers: { accept: "x", authorization: "Bearer a" } }]);
});

test("a caller's own Authorization header stays", async () => {
  const inner = byToken("mine");
  const transport = authenticate(inner, { credentials: source([bearer("a")]), server: "https://h" });
  expect((await transport.send({ ...get, headers: { authorization: "Bearer mine" } })).status).toBe(200);
});

describe("after a 401", () => {
  test.each(["send", "stream"] as const)("%s is tried once more with a new credential", async (verb) => {
    const inner = byToken("b");
    const transport = authenticate(inner, { credentials: source([bearer("a"), bearer("b")]), server: "https://h" });
    expect((await transport[verb](get)).status).toBe(200);
    expect(inner.sent).toHaveLength(2);
  });

  test("the second 401 is the answer", async () => {
    const inner = byToken("never");
    const credentials = source([bearer("a"), bearer("b"), bearer("c")]);
    const transport = authenticate(inner, { credentials, server: "https://h" });
    expect((await transport.send(get)).status).toBe(401);
    expect(inner.sent).toHaveLength(2);
  });

  test("a credential that cannot change is not tried again", async () => {
    const inner = byToken("never");
    await authenticate(inner, { credentials: source([bearer("a")]), server: "https://h" }).send(get);
    expect(inner.sent).toHaveLength(1);
  });

  test("a body that cannot be replayed is not sent again, but the credential is dropped", async () => {
    const inner = byToken("b");
    const credentials = source([bearer("a"), bearer("b")]);
    const transport = authenticate(inner, { credentials, server: "https://h" });
    const body = (async function* () {
      yield Buffer.from("x");
    })();
    expect((await transport.send({ method: "POST", path: "/", body })).status).toBe(401);
    expect(inner.sent).toHaveLength(1);
    expect(credentials.dropped).toBe(1);
  });

  test("an expired client certificate is told as such", async () => {
    const past = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) };
    const certificate = await issue({ name: "ann", ...past });
    const transport = authenticate(byToken("never"), {
      credentials: source([{ certificate }]),
      server: "https://h",
      user: "ann",
    });
    const error = await failureOf(transport.send(get));
    expect(error).toMatchObject({ name: "ConnectionError", code: "CLIENT_CERTIFICATE_EXPIRED" });
    expect(error.message).toContain(past.notAfter.toISOString().slice(0, 16));
  });
});

test("impersonation becomes headers, extra keys escaped", () => {
  expect(
    impersonationHeaders({ user: "bob", uid: "1", groups: ["a, b", "c"], extra: { "example.com/scope%": ["x", "y"] } }),
  ).toEqual({
    "impersonate-user": "bob",
    "impersonate-uid": "1",
    "impersonate-group": ["a, b", "c"],
    "impersonate-extra-example.com%2Fscope%25": ["x", "y"],
  });
});
