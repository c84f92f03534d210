import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { type ConnectionOptions, connect } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { textAnswer } from "../../../src/sandbox/http/answers.ts";
import { createCertificateAuthority } from "../../../src/sandbox/listener/certificate.ts";
import {
  type Handle,
  type Listener,
  type ListenerOptions,
  startListener,
} from "../../../src/sandbox/listener/listener.ts";
import type { Peer } from "../../../src/sandbox/model/peer.ts";
import type { ServerRequest } from "../../../src/sandbox/model/server-request.ts";
import type { StatusError } from "../../../src/sandbox/model/status-error.ts";

const authority = createCertificateAuthority();
const serving = authority.issueServer("kube-apiserver", ["127.0.0.1", "localhost"]);
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(handle: Handle, more: Partial<ListenerOptions> = {}): Promise<Listener> {
  const clientAuthority = authority.certificate;
  const listener = await startListener({ handle, certificate: serving, clientAuthority, ...more });
  stops.push(() => listener.close(0));
  return listener;
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

function open(listener: Listener, options: RequestOptions, body?: string | Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${listener.url}/`, { ca: authority.certificate, ...options }, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

async function send(listener: Listener, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  const message = await open(listener, options, body);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return { status: message.statusCode ?? 0, headers: message.headers, text: Buffer.concat(chunks).toString() };
}

async function bodyOf(request: ServerRequest): Promise<string> {
  return Buffer.from(await request.arrayBuffer()).toString();
}

const tellPeer: Handle = (_request, peer) => Response.json(peer);

test("a request's path arrives as it was sent, and one that is broken is refused", async () => {
  const listener = await serve((request) => Response.json(new URL(request.url).search === "" ? request.url : "?"));
  const asked = async (path: string): Promise<string> => (await send(listener, { path })).text;
  for (const path of ["/api/%2e%2e/healthz", "/api/../healthz", "/a//b/./c", "/%41"]) {
    expect(JSON.parse(await asked(path))).toBe(`${listener.url}${path}`);
  }
  expect(JSON.parse(await asked("/%zz"))).toMatchObject({ code: 400, reason: "BadRequest" });
});

test("a request's head may be as long as a command is that stands in it", async () => {
  const listener = await serve(tellPeer);
  expect((await send(listener, { path: `/exec?command=${"x".repeat(500_000)}` })).status).toBe(200);
});

test("an upgrade whose path is broken is refused, and the listener lives on", async () => {
  const listener = await serve(tellPeer, { handleUpgrade: () => {} });
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  expect((await send(listener, { path: "/%zz", headers })).status).toBe(400);
  expect((await send(listener)).status).toBe(200);
});

describe("the other side of a connection", () => {
  test("is nobody without a certificate", async () => {
    expect(JSON.parse((await send(await serve(tellPeer))).text)).toEqual({});
  });

  test("is told by the certificate of the authority", async () => {
    const client = authority.issueClient("jane", ["devs", "ops"]);
    const listener = await serve(tellPeer);
    const { text } = await send(listener, { cert: client.certificate, key: client.key });
    const sha256 = createHash("sha256").update(new X509Certificate(client.certificate).raw).digest("hex");
    expect(JSON.parse(text)).toEqual({ certificate: { commonName: "jane", organizations: ["devs", "ops"], sha256 } });
  });

  test("is rejected with the certificate of another authority", async () => {
    const stranger = createCertificateAuthority().issueClient("admin", ["system:masters"]);
    const { text } = await send(await serve(tellPeer), { cert: stranger.certificate, key: stranger.key });
    expect(JSON.parse(text)).toEqual({ certificateRejected: true });
  });

  test("stays the same when a TLS session is resumed", async () => {
    const client = authority.issueClient("jane", []);
    const listener = await serve(tellPeer);
    const talk = async (session?: Buffer): Promise<{ peer: Peer; sessions: Buffer[]; reused: boolean }> => {
      const socket = connect({
        host: "127.0.0.1",
        port: listener.port,
        ca: authority.certificate,
        cert: client.certificate,
        key: client.key,
        ...(session === undefined ? {} : { session }),
      } satisfies ConnectionOptions);
      const sessions: Buffer[] = [];
      socket.on("session", (ticket) => sessions.push(ticket));
      await once(socket, "secureConnect");
      const reused = socket.isSessionReused();
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
      let text = "";
      for await (const chunk of socket) text += chunk;
      return { peer: JSON.parse(/\{.*\}/.exec(text)?.[0] ?? "null"), sessions, reused };
    };
    const first = await talk();
    const second = await talk(first.sessions[0]);
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second.peer).toEqual(first.peer);
    expect(second.peer.certificate?.commonName).toBe("jane");
  });
});

describe("a request", () => {
  test("arrives with method, URL, repeated headers and body", async () => {
    const listener = await serve(async (got) => {
      const { pathname, search } = new URL(got.url);
      const groups = got.headers.get("impersonate-group");
      return Response.json({ method: got.method, path: pathname + search, groups, body: await bodyOf(got) });
    });
    const options = {
      method: "PATCH",
      path: "/api/v1/pods%2Fx?limit=1&a=b%20c",
      headers: { "impersonate-group": ["devs", "ops"] },
    };
    expect(JSON.parse((await send(listener, options, "häppy")).text)).toEqual({
      method: "PATCH",
      path: "/api/v1/pods%2Fx?limit=1&a=b%20c",
      groups: "devs, ops",
      body: "häppy",
    });
  });

  test("may be one of many with bodies that wait on one connection", async () => {
    const listener = await serve(async (request) => {
      const body = await bodyOf(request);
      return new Response(body);
    });
    const socket = connect({ host: "127.0.0.1", port: listener.port, ca: authority.certificate });
    stops.push(() => socket.destroy());
    await once(socket, "secureConnect");
    const body = "x".repeat(4000);
    const head = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
    const last = `GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    socket.write(`${`${head}${body}`.repeat(200)}${last}`);
    let received = "";
    for await (const chunk of socket) received += chunk;
    expect(received.split("HTTP/1.1 200 OK")).toHaveLength(202);
  });

  test("with a body above 3 MiB fails while it is read", async () => {
    const listener = await serve(async (got) => {
      try {
        return new Response(await bodyOf(got));
      } catch (error) {
        return Response.json((error as StatusError).status, { status: (error as StatusError).status.code });
      }
    });
    const limit = 3 * 1024 * 1024;
    const headers = { "transfer-encoding": "chunked" };
    expect((await send(listener, { method: "POST", headers }, Buffer.alloc(limit))).text).toHaveLength(limit);
    const refused = await send(listener, { method: "POST", headers }, Buffer.alloc(limit + 1));
    expect(refused.status).toBe(413);
    expect(refused.headers.connection).toBe("close");
    expect(JSON.parse(refused.text).message).toBe("Request entity too large: limit is 3145728");
  });

  test("fails to be read when its client goes away in the middle of the body", async () => {
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise<unknown>((resolve) => {
      fail = resolve;
    });
    const listener = await serve(async (got) => {
      await bodyOf(got).catch(fail);
      return new Response();
    });
    const sent = request(`${listener.url}/`, {
      method: "POST",
      ca: authority.certificate,
      headers: { "content-length": 9 },
    });
    sent.on("error", () => undefined);
    sent.write("half", () => sent.destroy());
    expect(await failed).toBeInstanceOf(Error);
  });

  test("whose handler throws is answered with a Status", async () => {
    const listener = await serve(() => {
      throw new Error("the disk is on fire");
    });
    const { status, text } = await send(listener);
    expect(status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ kind: "Status", message: "Internal error occurred: the disk is on fire" });
  });

  test("for another protocol is refused with a Status when nobody takes upgrades", async () => {
    const listener = await serve(tellPeer);
    const headers = { connection: "upgrade", upgrade: "websocket" };
    const { status, text } = await send(listener, { headers });
    expect(status).toBe(501);
    expect(JSON.parse(text).message).toContain("does not upgrade connections");
  });

  test("for another protocol is given away with its socket", async () => {
    const listener = await serve(tellPeer, {
      handleUpgrade: (got, _peer, socket) => {
        socket.end(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n${got.url.slice(-4)}`);
      },
    });
    const headers = { connection: "upgrade", upgrade: "x" };
    const sent = request(`${listener.url}/here`, { ca: authority.certificate, headers }).end();
    const [, socket, head] = await once(sent, "upgrade");
    let text = String(head);
    for await (const chunk of socket) text += chunk;
    expect(text).toBe("here");
  });
});

/** A body that counts what was asked of it and whether it was given up. */
function endless(chunk: Uint8Array): {
  body: ReadableStream<Uint8Array>;
  produced: () => number;
  cancelled: Promise<void>;
} {
  let count = 0;
  let cancel: () => void = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        count += 1;
        controller.enqueue(chunk);
      },
      cancel: () => cancel(),
    },
    { highWaterMark: 0 },
  );
  return { body, produced: () => count, cancelled };
}

/** A watch that has said one thing and waits. */
function quietWatch(): { body: ReadableStream<string>; cancelled: Promise<void> } {
  let cancel: () => void = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const body = new ReadableStream<string>({
    start: (controller) => controller.enqueue("first\n"),
    cancel: () => cancel(),
  });
  return { body, cancelled };
}

describe("a streamed answer", () => {
  test("that is whole is sent in one piece with its length, and without it to HEAD", async () => {
    const listener = await serve(() => textAnswer(201, '"ä"', "json", { warning: '299 - "old"' }));
    const answer = await send(listener);
    expect(answer).toMatchObject({
      status: 201,
      text: '"ä"\n',
      headers: { "content-length": "5", warning: '299 - "old"' },
    });
    expect(await send(listener, { method: "HEAD" })).toMatchObject({ status: 201, text: "" });
  });

  test("shows its headers before it has anything to say", async () => {
    const listener = await serve(() => new Response(new ReadableStream({}), { headers: { "x-watch": "yes" } }));
    const message = await open(listener, {});
    expect(message.headers["x-watch"]).toBe("yes");
    message.destroy();
  });

  test("may be open many times over without a warning of leaked listeners", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    stops.push(() => process.off("warning", note));
    const listener = await serve(() => new Response(new ReadableStream({})));
    await Promise.all(Array.from({ length: 20 }, () => open(listener, { agent: false })));
    expect(warnings).toEqual([]);
  });

  test("waits for a reader that does not read", async () => {
    const { body, produced } = endless(new Uint8Array(64 * 1024));
    const listener = await serve(() => new Response(body));
    const message = await open(listener, {});
    message.pause();
    let before = -1;
    // The buffers on the way are full once nothing more was asked for during a whole round trip.
    while (before !== produced()) {
      before = produced();
      await send(await serve(tellPeer));
    }
    expect(produced()).toBeLessThan(1000);
    message.resume();
    await expect.poll(produced).toBeGreaterThan(before + 100);
    message.destroy();
  });

  test("ends, with its request's signal, when the client goes away", async () => {
    const { body, cancelled } = quietWatch();
    let aborted: Promise<unknown> | undefined;
    const listener = await serve((got) => {
      aborted = once(got.signal, "abort");
      return new Response(body.pipeThrough(new TextEncoderStream()));
    });
    const message = await open(listener, {});
    await once(message, "data");
    message.destroy();
    await Promise.all([cancelled, aborted]);
  });

  test("ends cleanly when the server closes", async () => {
    const { body, cancelled } = quietWatch();
    const listener = await serve(() => new Response(body.pipeThrough(new TextEncoderStream())));
    const message = await open(listener, { agent: new Agent({ keepAlive: true }) });
    await once(message, "data");
    const ended = once(message, "end");
    message.resume();
    await Promise.all([listener.close(10_000), cancelled, ended]);
    expect(message.complete).toBe(true);
  });
});

describe("closing", () => {
  test("lets a short request finish, and takes no more", async () => {
    let finish: (response: Response) => void = () => {};
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const listener = await serve(() => {
      arrived();
      return new Promise<Response>((resolve) => {
        finish = resolve;
      });
    });
    const answer = send(listener, { agent: new Agent({ keepAlive: true }) });
    await arrival;
    const closed = listener.close(10_000);
    finish(new Response("done"));
    expect((await answer).text).toBe("done");
    await closed;
    await expect(send(listener)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("listening", () => {
  test("on a port in use is an error that says so", async () => {
    const { port } = await serve(tellPeer);
    await expect(serve(tellPeer, { port })).rejects.toMatchObject({
      code: "USAGE",
      message: `Cannot listen on 127.0.0.1:${port}: the port is in use`,
      hint: "Choose another port, or 0 for any that is free.",
    });
  });
});
