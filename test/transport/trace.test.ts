import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../src/config/connection.ts";
import type { ApiRequest } from "../../src/core/request.ts";
import { ConnectionError } from "../../src/errors.ts";
import { curlCommand, shellQuote } from "../../src/transport/curl.ts";
import { type TraceLevel, trace } from "../../src/transport/trace.ts";
import { failureOf } from "./support/failure.ts";
import { fakeTransport } from "./support/fake-transport.ts";
import { connectionTo } from "./support/servers.ts";

const secret = { kind: "Secret", metadata: { name: "a" }, data: { key: "czNjcmV0" } };

/** A traced transport whose clock moves 7 ms at each look. */
function traced(level: TraceLevel, answer: unknown = secret) {
  const lines: string[] = [];
  let time = 0;
  const now = () => {
    time += 7;
    return time;
  };
  const inner = fakeTransport(() => ({ body: answer }));
  const connection = connectionTo("https://h/prefix");
  return { lines, inner, transport: trace(inner, { connection, level, now, write: (line) => lines.push(line) }) };
}
const request: ApiRequest = {
  method: "POST",
  path: "/api/v1/namespaces/x/secrets",
  query: { dryRun: "All" },
  headers: { authorization: "Bearer s3cret-token", "content-type": "application/json" },
  body: JSON.stringify(secret),
};

describe("a trace", () => {
  test("is one line: method, URL, status and time", async () => {
    const { lines, transport } = traced("line");
    await transport.send(request);
    await transport.open({ path: "/exec", protocols: ["v5"] });
    expect(lines).toEqual([
      "POST https://h/prefix/api/v1/namespaces/x/secrets?dryRun=All 200 in 7 ms",
      "GET https://h/prefix/exec 101 in 7 ms",
    ]);
  });

  test("of a failure names its code", async () => {
    const lines: string[] = [];
    const inner = fakeTransport(() => {
      throw new ConnectionError("UNKNOWN_CA", "m");
    });
    const transport = trace(inner, {
      connection: connectionTo("https://h"),
      now: () => 0,
      write: (line) => lines.push(line),
    });
    await failureOf(transport.send({ method: "GET", path: "/" }));
    expect(lines).toEqual(["GET https://h/ UNKNOWN_CA after 0 ms"]);
  });

  test("with headers or bodies masks credentials and Secrets' data", async () => {
    for (const level of ["headers", "body"] as const) {
      const { lines, transport } = traced(level);
      await transport.send(request);
      const text = lines.join("\n");
      expect(text).toContain("> authorization: Bearer --masked--");
      expect(text).not.toMatch(/s3cret|czNjcmV0/);
    }
    const { lines, transport } = traced("body");
    await transport.send(request);
    expect(lines).toContain('>     "key": "--masked--"');
    expect(lines).toContain('<     "key": "--masked--"');
  });

  test("shows a patch of a Secret without its values, in YAML too", async () => {
    const { lines, transport } = traced("body", "");
    const path = "/api/v1/namespaces/x/secrets/a";
    await transport.send({
      method: "PATCH",
      path,
      headers: { "content-type": "application/json-patch+json" },
      body: '[{"op":"add","path":"/data/k","value":"czNjcmV0"}]',
    });
    await transport.send({
      method: "PATCH",
      path,
      headers: { "content-type": "application/apply-patch+yaml" },
      body: "data:\n  k: czNjcmV0\n",
    });
    expect(lines.join("\n")).not.toContain("czNjcmV0");
    expect(lines).toContain(">   k: --masked--");
  });

  test("of a stream shows each line and changes nothing for its reader", async () => {
    const events = '{"type":"ADDED","object":{"kind":"Secret","data":{"k":"czNjcmV0"}}}\n{"type":"BOOKMARK"}\n';
    const { lines, transport } = traced("body", events);
    const { body } = await transport.stream({ method: "GET", path: "/api/v1/secrets", query: { watch: true } });
    let read = "";
    for await (const chunk of body) read += Buffer.from(chunk).toString();
    expect(read).toBe(events);
    expect(lines.join("\n")).toContain('"type": "BOOKMARK"');
    expect(lines.join("\n")).not.toContain("czNjcmV0");
  });
});

describe("a curl command", () => {
  const get: ApiRequest = { method: "GET", path: "/api/v1/pods" };
  const certificate = { certificate: "PEM s3cret", key: "KEY s3cret", certificateFile: "/c.crt", keyFile: "/c.key" };
  const curl = (overrides: Partial<Connection>, one: ApiRequest = get) =>
    curlCommand(one, connectionTo("https://h:6443/p", overrides));

  test("names certificates by their files", () => {
    const tls = { ca: "CA", caFile: "/ca.crt", insecureSkipVerify: false };
    expect(curl({ tls, credential: { type: "none", certificate } })).toBe(
      "curl --http1.1 --cacert /ca.crt --cert /c.crt --key /c.key https://h:6443/p/api/v1/pods",
    );
  });

  test("has inline certificates printed by our own command", () => {
    const { certificateFile: _file, keyFile: _key, ...inline } = certificate;
    const command = curl({ files: ["/my kube"], credential: { type: "none", certificate: inline } });
    expect(command).toContain(
      "--cert <(kubescript config show client-certificate --context test --kubeconfig '/my kube')",
    );
  });

  test.each<[Connection["credential"], string]>([
    [{ type: "token", token: "s3cret", fromFlags: true }, '-H "Authorization: Bearer $TOKEN"'],
    [{ type: "token", token: "s3cret" }, '-H "Authorization: Bearer $(kubescript config show token --context test)"'],
    [{ type: "tokenFile", path: "/t" }, '-H "Authorization: Bearer $(cat /t)"'],
    [{ type: "basic", username: "u", password: "s3cret" }, '-u u:"$PASSWORD"'],
  ])("never holds a credential: %o", (credential, words) => {
    // As it is traced: signed already.
    const command = curl({ credential }, { ...get, headers: { authorization: "Bearer s3cret" } });
    expect(command).toContain(words);
    expect(command).not.toContain("s3cret");
  });

  test("does not wait to print a watch, and reaches a server by its TLS name", () => {
    expect(curl({}, { ...get, query: { watch: true } })).toContain("curl --http1.1 -N ");
    expect(curl({ tls: { serverName: "api", insecureSkipVerify: false } })).toContain(
      "--connect-to api:6443:h:6443 https://api:6443/p/api/v1/pods",
    );
  });

  test("opens a WebSocket", () => {
    const command = curl({}, { ...get, headers: { "sec-websocket-protocol": "v5.channel.k8s.io" } });
    expect(command).toMatch(
      /^curl --http1.1 -N -H 'sec-websocket-protocol: v5.channel.k8s.io' -H 'connection: Upgrade' /,
    );
    const key = /sec-websocket-key: ([^']+)/.exec(command)?.[1] ?? "";
    expect(Buffer.from(key, "base64")).toHaveLength(16);
  });

  test("keeps a proxy's password out", () => {
    const command = curl({ proxyUrl: "socks5://me:s3cret@p:1080" });
    expect(command).toContain('-x socks5h://p:1080 -U me:"$PROXY_PASSWORD"');
    expect(command).not.toContain("s3cret");
  });

  test("impersonates", () => {
    expect(curl({ impersonate: { user: "bob", groups: ["a", "b"], extra: {} } })).toContain(
      "-H 'impersonate-user: bob' -H 'impersonate-group: a' -H 'impersonate-group: b'",
    );
  });

  test("sends the body as it is, whatever a shell makes of its characters", () => {
    const body = `{"a":"it's \\"$HOME\\" \`x\` !"}`;
    const command = curl({}, { method: "POST", path: "/x", headers: { "content-type": "application/json" }, body });
    const printed = command.replace(/^curl .* --data-binary /, "printf %s ").replace(/ https:\S+$/, "");
    expect(execFileSync("sh", ["-c", printed]).toString()).toBe(body);
  });

  test("takes brackets for themselves, and dots as they stand", () => {
    const rawQuery = "query=up{job=%22a%22}[5m]";
    expect(curl({}, { method: "GET", path: "/x", rawQuery })).toBe(
      `curl --http1.1 --globoff 'https://h:6443/p/x?${rawQuery}'`,
    );
    expect(curl({}, { ...get, path: "/a/../b" })).toBe("curl --http1.1 --path-as-is https://h:6443/p/a/../b");
    expect(curl({}, { ...get, rawQuery: "file=/a/../b" })).toBe(
      "curl --http1.1 'https://h:6443/p/api/v1/pods?file=/a/../b'",
    );
  });

  test("quotes any text for a shell", () => {
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 50 }), (texts) => {
        const script = texts.map((one) => `printf '%s\\0' ${shellQuote(one)}`).join(";");
        expect(execFileSync("sh", ["-c", script]).toString().split("\0").slice(0, -1)).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });
});
