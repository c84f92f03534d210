import { readdirSync } from "node:fs";
import { abortError, throwIfAborted } from "../../src/core/abort.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import { Discovery } from "../../src/discovery/discovery.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { Timing } from "../../src/resources/timing.ts";
import { manualClock } from "../../src/sandbox/model/manual-clock.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { sandboxResources } from "./sandbox-resources.ts";

// Operations are loaded when they are used, which takes real time: a clock moved by hand would run far ahead of it.
const folder = new URL("../../src/operations/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
await Promise.all(files.map((file) => import(new URL(file, folder).href)));

/** A sandbox and its client on one clock, which is moved by hand. */
export interface MovingSandbox {
  helper<T extends object>(name: string, namespace?: string): ResourceHelper<T & KubernetesObject>;
  /** Moves the clock by 100 ms at a time until the work has settled; fails after `limitMs` of its time. */
  settled<T>(work: Promise<T>, limitMs?: number): Promise<T>;
  /** Moves the clock until it holds; fails after `limitMs` of its time. */
  until(holds: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  now(): number;
  readonly sandbox: Sandbox;
  /** `METHOD path?query` of every request so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** `fail` may answer a request instead of the sandbox. */
export function movingSandbox(
  options: SandboxOptions & { readonly fail?: (request: Request) => Response | undefined } = {},
): MovingSandbox {
  const clock = manualClock(Date.parse("2026-11-21T00:00:00Z"));
  const requests: string[] = [];
  const {
    sandbox,
    transport: inner,
    close,
  } = sandboxResources({
    clock,
    addons: false,
    ...options,
    fail: (request) => {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      return options.fail?.(request);
    },
  });
  clock.advance(0);
  const timing: Timing = {
    now: () => clock.now(),
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        throwIfAborted(signal);
        const cancel = clock.schedule(ms, () => resolve());
        const interrupt = (): void => {
          cancel();
          reject(abortError(signal));
        };
        signal?.addEventListener("abort", interrupt, { once: true });
      }),
    after: (ms, run) => ({ cancel: clock.schedule(ms, run) }),
  };
  let unanswered = 0;
  const transport: Transport = {
    ...inner,
    send: async (request, call) => {
      unanswered += 1;
      try {
        return await inner.send(request, call);
      } finally {
        unanswered -= 1;
      }
    },
  };
  const discovery = new Discovery(transport);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const until: MovingSandbox["until"] = async (holds, limitMs = 300_000) => {
    const end = clock.now() + limitMs;
    while (!(await holds())) {
      if (clock.now() >= end) throw new Error(`not reached within ${limitMs} ms of the sandbox's time`);
      // What was woken at this moment, and what is under way, acts before the next one comes.
      for (let turns = 0; turns < 5 || unanswered > 0; turns += 1) await turn();
      clock.advance(100);
    }
  };
  return {
    helper: (name, namespace = "default") =>
      new ResourceHelper({
        transport,
        timing,
        resource: () => discovery.resolve(name),
        scope: { type: "namespace", namespace, chosen: false },
      }),
    async settled(work, limitMs) {
      let open = true;
      const settle = (): void => {
        open = false;
      };
      work.then(settle, settle);
      await until(() => !open, limitMs);
      return work;
    },
    until,
    now: () => clock.now(),
    sandbox,
    requests,
    close,
  };
}
