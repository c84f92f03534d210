import { createSandbox, type ManualClock, manualClock, type Sandbox } from "../../../src/sandbox/index.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../../src/sandbox/model/object.ts";

const ADMIN = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "0" } };

/** An answer with its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** A sandbox without controllers, asked as its admin. */
export interface TestServer {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** The lines of a watch so far: each read takes what was written since the last. */
  watch(path: string, headers?: Record<string, string>): Promise<TestWatch>;
}

export interface TestWatch {
  /** Events written since the last call. */
  events(): Promise<{ type: string; object: ApiObject }[]>;
  readonly ended: () => boolean;
}

export function testServer(options: { historyLimit?: number } = {}): TestServer {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const sandbox = createSandbox({ clock, controllers: false, ...options });

  function send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    const ready = body === undefined || typeof body === "string" || body instanceof Uint8Array;
    const text = ready ? body : JSON.stringify(body);
    const request = new Request(`https://sandbox${path}`, {
      method,
      headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    return sandbox.handle(request, ADMIN);
  }

  return {
    sandbox,
    clock,
    async ask(method, path, body, headers = {}) {
      const response = await send(method, path, body, headers);
      const text = await response.text();
      const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : { text };
      return { status: response.status, headers: response.headers, body: isJsonObject(parsed) ? parsed : {} };
    },
    async watch(path, headers = {}) {
      const response = await send("GET", path, undefined, headers);
      return testWatch(response);
    },
  };
}

function testWatch(response: Response): TestWatch {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  void (async () => {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      text += decoder.decode(chunk.value, { stream: true });
    }
    ended = true;
  })();
  return {
    async events() {
      await new Promise((resolve) => setImmediate(resolve));
      const lines = text.split("\n").filter((line) => line !== "");
      text = "";
      return lines.map((line) => JSON.parse(line) as { type: string; object: ApiObject });
    },
    ended: () => ended,
  };
}
