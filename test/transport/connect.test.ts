import { describe, expect, test } from "vitest";
import { createCredentialSource } from "../../src/config/create-credential-source.ts";
import { connect } from "../../src/transport/connect.ts";
import { handlerTransport } from "../../src/transport/handler-transport.ts";
import { createRecorder } from "../../src/transport/record.ts";
import { failureOf } from "./support/failure.ts";
import { textOf } from "./support/fake-transport.ts";
import { connectionTo, listenHttp } from "./support/servers.ts";

test("a connection's transport logs in, retries, traces what goes over the wire and records what the caller sees", async () => {
  let requests = 0;
  await using server = await listenHttp((request, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(429, { "retry-after": "0" }).end();
    else response.end(request.headers.authorization);
  });
  const connection = connectionTo(`http://127.0.0.1:${server.port}`, {
    credential: { type: "token", token: "t0ken-of-ann" },
  });
  const lines: string[] = [];
  const observed: string[] = [];
  const recorder = createRecorder();
  const transport = connect(connection, {
    credentials: createCredentialSource(connection),
    trace: { write: (line) => lines.push(line) },
    recorder,
    observe: ({ path }) => observed.push(path),
  });
  const answer = await transport.send({ method: "GET", path: "/api" });
  await transport.close();
  expect(textOf(answer.body)).toBe("Bearer t0ken-of-ann");
  expect(lines.map((line) => line.replace(/\d+ ms/, "n ms"))).toEqual([
    `GET ${connection.server}/api 429 in n ms`,
    `GET ${connection.server}/api 200 in n ms`,
  ]);
  expect(observed).toEqual(["/api"]);
  expect(recorder.recording().exchanges).toHaveLength(1);
  expect(JSON.stringify(recorder.recording())).not.toContain("t0ken");
});

describe("a handler as a server", () => {
  test("gets requests as they are sent and streams its answer", async () => {
    const transport = handlerTransport(async (request) => {
      const body = await request.text();
      return new Response(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("x-a")} ${body}`);
    });
    const answer = await transport.send({ method: "PUT", path: "/a", headers: { "x-a": ["1", "2"] }, body: "b" });
    expect(textOf(answer.body)).toBe("PUT /a 1, 2 b");
    const { body } = await transport.stream({ method: "GET", path: "/s" });
    let text = "";
    for await (const chunk of body) text += textOf(chunk);
    expect(text).toBe("GET /s null ");
  });

  test("is left by the signal, by the reader and by closing, whatever it does", async () => {
    let cancelled = 0;
    const endless = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(Buffer.from("x")),
          cancel: () => {
            cancelled += 1;
          },
        }),
      );
    const transport = handlerTransport((request) =>
      request.url.endsWith("/hang") ? new Promise<Response>(() => {}) : endless(),
    );
    const abort = new AbortController();
    const hanging = failureOf(transport.send({ method: "GET", path: "/hang" }, { signal: abort.signal }));
    const { body } = await transport.stream({ method: "GET", path: "/s" }, { signal: abort.signal });
    const reading = failureOf(
      (async () => {
        for await (const _chunk of body) abort.abort();
      })(),
    );
    expect([(await hanging).code, (await reading).code]).toEqual(["ABORTED", "ABORTED"]);
    for await (const _chunk of (await transport.stream({ method: "GET", path: "/s" })).body) break;
    expect(cancelled).toBe(2);
    const closed = failureOf(transport.send({ method: "GET", path: "/hang" }));
    await transport.close();
    expect((await closed).code).toBe("ABORTED");
  });
});
