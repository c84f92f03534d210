import { describe, expect, test } from "vitest";
import type { KubescriptError } from "../../../src/errors.ts";
import { parseTokenFile } from "../../../src/sandbox/auth/tokens/token-file.ts";
import type { Peer } from "../../../src/sandbox/model/peer.ts";
import { refusal, testServer } from "./server.ts";

const request = (headers: Record<string, string> = {}): Request => new Request("https://localhost/api", { headers });
const bearer = (token: string): Request => request({ authorization: `Bearer ${token}` });
const tokens = parseTokenFile('static,jane,7,"devs,ops"\n', "tokens.csv");
const peer: Peer = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "ab12" } };
const unauthorized = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: "Unauthorized",
  reason: "Unauthorized",
  code: 401,
};

describe("log-in", () => {
  test("a client certificate's common name is the user, its organizations are the groups", () => {
    const { identity } = testServer();
    expect(identity.authenticate(request(), peer)).toEqual({
      username: "admin",
      groups: ["system:masters", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=ab12"] },
    });
  });

  test("a certificate of another authority is refused, unless a token speaks for the client", () => {
    const { identity } = testServer({ staticTokens: tokens });
    expect(refusal(() => identity.authenticate(request(), { certificateRejected: true }))).toEqual(unauthorized);
    expect(identity.authenticate(bearer("static"), { certificateRejected: true }).username).toBe("jane");
  });

  test("a static token gives its user, id and groups", () => {
    const { identity } = testServer({ staticTokens: tokens });
    const user = { username: "jane", uid: "7", groups: ["devs", "ops", "system:authenticated"] };
    expect(identity.authenticate(bearer("static"), {})).toEqual(user);
    const carried = `base64url.bearer.authorization.k8s.io.${Buffer.from("static").toString("base64url")}`;
    const socket = request({ "sec-websocket-protocol": `v5.channel.k8s.io, ${carried}` });
    expect(identity.authenticate(socket, undefined)).toEqual(user);
  });

  test("a token that nobody knows is refused", () => {
    const { identity } = testServer({ staticTokens: tokens });
    expect(refusal(() => identity.authenticate(bearer("other"), undefined))).toEqual(unauthorized);
    expect(refusal(() => identity.authenticate(bearer("a.b.c"), undefined))).toEqual(unauthorized);
  });

  test("without a credential one is anonymous, where that is allowed", () => {
    const anonymous = { username: "system:anonymous", groups: ["system:unauthenticated"] };
    expect(testServer().identity.authenticate(request(), {})).toEqual(anonymous);
    expect(testServer().identity.authenticate(request({ authorization: "Basic eDp5" }), {})).toEqual(anonymous);
    const { identity } = testServer({ anonymous: false });
    expect(refusal(() => identity.authenticate(request(), {}))).toEqual(unauthorized);
  });
});

describe("a token file", () => {
  test("may quote, leave groups out, and end lines in any way", () => {
    const users = parseTokenFile('a,ann,1\r\n\n"b,c","ben ""b""",2,one\nd,dot,,"x, y"', "f");
    expect([...users]).toEqual([
      ["a", { username: "ann", uid: "1", groups: [] }],
      ["b,c", { username: 'ben "b"', uid: "2", groups: ["one"] }],
      ["d", { username: "dot", uid: "", groups: ["x", "y"] }],
    ]);
  });

  test.each([
    ["secret,only-two", "line 1: a line needs at least 3 columns (token, user name, user uid), found 2"],
    ["ok,a,1\n,b,2", "line 2: the token is empty"],
    ['ok,a,1\nsecret,"open,2', 'line 2: a quote (") is not closed or stands in the wrong place'],
    ['secret,a"b,2', 'line 1: a quote (") is not closed or stands in the wrong place'],
  ])("that is malformed is refused by line, without showing a token: %j", (text, message) => {
    let thrown: unknown;
    try {
      parseTokenFile(text, "tokens.csv");
    } catch (error) {
      thrown = error;
    }
    const error = thrown as KubescriptError;
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.message).toBe(`Cannot read the tokens of tokens.csv, ${message}`);
    expect(`${error.message} ${error.hint}`).not.toContain("secret");
  });
});
