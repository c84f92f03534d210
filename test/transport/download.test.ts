import type http from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type DownloadOptions, download } from "../../src/transport/download.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { listen, listenHttp, listenHttps, until } from "./support/servers.ts";

const textOf = async (url: string, options: DownloadOptions = {}): Promise<string> =>
  new TextDecoder().decode((await download(url, { retryWaitMs: 0, env: {}, ...options })).body);
const failure = (url: string, options: DownloadOptions = {}) => failureOf(textOf(url, options));

/** Answers by path; what is asked for is kept as `PATH AUTHORIZATION`. */
const site = async (answers: Record<string, (response: http.ServerResponse) => void>) => {
  const asked: string[] = [];
  const listening = await listenHttp((request, response) => {
    asked.push([request.url, request.headers.authorization].filter(Boolean).join(" "));
    const answer = answers[request.url ?? ""];
    if (answer === undefined) response.writeHead(404).end("nothing here");
    else answer(response);
  });
  return Object.assign(listening, { asked, url: `http://127.0.0.1:${listening.port}` });
};
const found =
  (location: string, status = 302) =>
  (response: http.ServerResponse) =>
    void response.writeHead(status, { location }).end("elsewhere");
const says = (text: string) => (response: http.ServerResponse) => void response.end(text);

describe("download", () => {
  test("follows redirects, relative ones too, and undoes compression", async () => {
    await using web = await site({
      "/a?v=1": found("b/", 301),
      "/b/": found("../c", 307),
      "/c": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("the text")),
    });
    expect(await textOf(`${web.url}/a?v=1`)).toBe("the text");
    expect(web.asked).toEqual(["/a?v=1", "/b/", "/c"]);
  });

  test("ends a circle of redirects, and follows none out of the web or from https to http", async () => {
    await using web = await site({
      "/round": found("/round"),
      "/file": found("file:///etc/passwd"),
      "/lost": found(""),
    });
    expect((await failure(`${web.url}/round`)).message).toMatch(/\/round: it redirects more than 10 times$/);
    expect(web.asked).toHaveLength(11);
    expect((await failure(`${web.url}/file`)).message).toMatch(
      /\/file: it redirects to file:, which is no web server$/,
    );
    expect((await failure(`${web.url}/lost`)).message).toMatch(/302 and does not say where it is$/);
    const { certificate, key } = await issue({ ips: ["127.0.0.1"] });
    await using secure = await listenHttps({ cert: certificate, key }, (_, response) =>
      found(`${web.url}/x`)(response),
    );
    const asked = web.asked.length;
    const down = await failure(`https://127.0.0.1:${secure.port}/`, { ca: certificate });
    expect(down).toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining("from https to http:") });
    expect(web.asked).toHaveLength(asked);
  });

  test("gives the URL's user to its own server only, and shows neither that nor the query", async () => {
    await using other = await site({ "/there": says("found") });
    await using web = await site({
      "/near": found("/far"),
      "/far": found(`${other.url}/there`),
      "/no?token=t0ps3cret": found("/none"),
    });
    const secret = web.url.replace("//", "//jane:pa%20ss@");
    expect(await textOf(`${secret}/near`)).toBe("found");
    const basic = `Basic ${Buffer.from("jane:pa ss").toString("base64")}`;
    expect(web.asked).toEqual([`/near ${basic}`, `/far ${basic}`]);
    expect(other.asked).toEqual(["/there"]);
    await textOf(`${web.url.replace("//", "//jane:50%@")}/near`);
    expect(web.asked.at(-1)).toBe(`/far Basic ${Buffer.from("jane:50%").toString("base64")}`);
    const error = await failure(`${secret}/no?token=t0ps3cret`);
    expect(error.message).toBe(
      `Cannot read ${web.url}/no?…: it redirects to ${web.url}/none, and there the server answered 404 Not Found`,
    );
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toMatch(/t0ps|pa%20ss|pa ss/);
    for (const user of ["jane:secret", "jane:se/cret", "jane:se?cret", "ja@ne:secret"])
      expect((await failure(`http://${user}@[/?k=secret`)).message).toBe("Cannot read http://[/?…: it is no URL");
  });

  test("tries three times while the server is down, and once for what it refuses", async () => {
    const answers = [503, 503, 200];
    await using web = await site({
      "/busy": (response) => void response.writeHead(answers.shift() ?? 0).end("up"),
      "/broken": (response) => void response.writeHead(500).end(),
      "/cut": (response) =>
        void response.writeHead(200, { "content-length": "10" }).write("half", () => response.destroy()),
    });
    expect(await textOf(`${web.url}/busy`)).toBe("up");
    expect(await failure(`${web.url}/broken`)).toMatchObject({
      code: "INVALID_INPUT",
      retryable: true,
      message: `Cannot read ${web.url}/broken: the server answered 500 Internal Server Error`,
    });
    expect(await failure(`${web.url}/cut`)).toMatchObject({ code: "CONNECTION_LOST", name: "ConnectionError" });
    expect(await failure(`${web.url}/none`)).toMatchObject({ retryable: false });
    expect(web.asked).toEqual([
      ...["/busy", "/busy", "/busy", "/broken", "/broken", "/broken"],
      ...["/cut", "/cut", "/cut", "/none"],
    ]);
  });

  test("is bounded in size, decompressed, and in time", async () => {
    await using web = await site({
      "/large": (response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(2 ** 21))),
      "/slow": (response) => void response.write("begun"),
    });
    expect(await textOf(`${web.url}/large`, { maxBytes: 2 ** 21 })).toHaveLength(2 ** 21);
    const large = await failure(`${web.url}/large`, { maxBytes: 2 ** 20 });
    expect(large.message).toMatch(/\/large: it is larger than 1 MiB$/);
    const slow = await failure(`${web.url}/slow`, { timeoutMs: 50 });
    expect(slow).toMatchObject({ code: "TIMEOUT", message: `Timed out after 0.05 s reading ${web.url}/slow` });
    await until(() => web.sockets.size === 0);
  });

  test("an abort ends it at any moment: while it is read, and between two tries", async () => {
    await using web = await site({
      "/slow": (response) => void response.write("begun"),
      "/down": (response) => void response.writeHead(502).end(),
    });
    for (const path of ["/slow", "/down"]) {
      const abort = new AbortController();
      const reading = failure(`${web.url}${path}`, { signal: abort.signal, retryWaitMs: 60_000 });
      await until(() => web.asked.includes(path));
      if (path === "/down") await until(() => web.sockets.size === 0);
      abort.abort();
      expect(await reading).toMatchObject({ name: "AbortError", code: "ABORTED" });
      await until(() => web.sockets.size === 0);
    }
    expect(web.asked).toEqual(["/slow", "/down"]);
  });

  test("trusts the system's authorities and speaks of no kubeconfig", async () => {
    const { certificate, key } = await issue({ ips: ["127.0.0.1"] });
    await using secure = await listenHttps({ cert: certificate, key }, (_, response) => response.end("safe"));
    const url = `https://127.0.0.1:${secure.port}/x.yaml`;
    expect(await textOf(url, { ca: certificate })).toBe("safe");
    const error = await failure(url);
    expect(error).toMatchObject({
      code: "UNKNOWN_CA",
      message: `Cannot read ${url}: the server's certificate is self-signed and not trusted`,
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });

  test("goes through the environment's proxy", async () => {
    const seen: unknown[] = [];
    await using proxy = await listenHttp((request, response) => {
      seen.push(request.url);
      response.end("through");
    });
    await using web = await site({ "/x.yaml": says("direct") });
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: ".inside" };
    expect(await textOf("http://manifests.invalid/x.yaml", { env })).toBe("through");
    expect(seen).toEqual(["http://manifests.invalid/x.yaml"]);
    expect(await textOf(`${web.url}/x.yaml`, { env })).toBe("direct");
  });

  test("a server that is not there is named", async () => {
    const closed = await listen((await import("node:net")).createServer());
    await closed[Symbol.asyncDispose]();
    const url = `http://127.0.0.1:${closed.port}/x.yaml`;
    expect(await failure(url)).toMatchObject({
      code: "CONNECTION_REFUSED",
      message: `Cannot read ${url}: the connection was refused`,
      hint: "Are the address and the port right, and does the server run?",
    });
  });
});
