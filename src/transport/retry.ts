import { setTimeout as delay } from "node:timers/promises";
import { abortError } from "../core/abort.ts";
import { type ApiRequest, isReplayable } from "../core/request.ts";
import { requestInfo } from "../core/request-info.ts";
import { isKubescriptError } from "../errors.ts";
import { retryAfterSeconds } from "./api-error.ts";
import type { ApiResponse, CallOptions, Transport } from "./transport.ts";

/** When to try again; each has a default. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 10. */
  readonly maxTries?: number;
  /** A server that asks for a longer wait is not waited for: its answer is returned. Default 60 s. */
  readonly maxWaitMs?: number;
  /** The first wait after a refused connection; doubled each time. Default 20 ms. */
  readonly refusedWaitMs?: number;
  /** The longest wait after a refused connection. Default 500 ms. */
  readonly maxRefusedWaitMs?: number;
  /** Resolves after that time, rejects when the signal is aborted. Default `node:timers`. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Tries again what is safe to: answers 429 and 5xx that carry Retry-After, after the time they ask for, and
 * connections that were refused before anything was sent. A body that cannot be replayed is sent once only.
 * https://github.com/kubernetes/client-go/blob/master/rest/with_retry.go
 */
export function retry(inner: Transport, options: RetryOptions = {}): Transport {
  const maxTries = options.maxTries ?? 10;
  const maxWaitMs = options.maxWaitMs ?? 60_000;
  const firstRefusedMs = options.refusedWaitMs ?? 20;
  const maxRefusedMs = options.maxRefusedWaitMs ?? 500;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  const random = options.random ?? Math.random;

  async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(ms, signal);
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      throw error;
    }
  }

  async function attempt<A>(
    request: Partial<Pick<ApiRequest, "body">>,
    { signal }: CallOptions,
    call: () => Promise<A>,
    waitFor: (answer: A) => number | undefined,
    discard: (answer: A) => Promise<void>,
  ): Promise<A> {
    const replayable = isReplayable(request);
    for (let tried = 1; ; tried += 1) {
      let wait: number | undefined;
      try {
        const answer = await call();
        wait = waitFor(answer);
        if (wait === undefined || wait > maxWaitMs || tried >= maxTries || !replayable) return answer;
        await discard(answer);
      } catch (error) {
        const refused = isKubescriptError(error) && error.code === "CONNECTION_REFUSED";
        if (!refused || tried >= maxTries || !replayable) throw error;
        wait = Math.min(maxRefusedMs, firstRefusedMs * 2 ** (tried - 1)) * (0.5 + random() / 2);
      }
      await pause(wait, signal);
    }
  }

  return {
    send: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        () => inner.send(request, callOptions),
        (answer) => waitMs(request, answer),
        async () => {},
      ),
    stream: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        () => inner.stream(request, callOptions),
        (answer) => waitMs(request, answer),
        async (answer) => {
          for await (const _chunk of answer.body) break;
        },
      ),
    open: (request, callOptions = {}) =>
      attempt(
        {},
        callOptions,
        () => inner.open(request, callOptions),
        () => undefined,
        async () => {},
      ),
    upgrade: (request, callOptions = {}) =>
      attempt(
        {},
        callOptions,
        () => inner.upgrade(request, callOptions),
        () => undefined,
        async () => {},
      ),
    close: () => inner.close(),
  };
}

/**
 * How long an answer asks to wait; undefined when it is final, as that of a program behind a proxy is, and that of a
 * disruption budget, which who evicts wants to know.
 */
function waitMs(
  request: Pick<ApiRequest, "method" | "path">,
  answer: { readonly status: number; readonly headers: ApiResponse["headers"] },
): number | undefined {
  if (answer.status !== 429 && (answer.status < 500 || answer.status > 599)) return undefined;
  const info = requestInfo(request.method, request.path);
  if (info.isResourceRequest && info.subresource === "proxy") return undefined;
  if (info.isResourceRequest && info.subresource === "eviction" && answer.status === 429) return undefined;
  const seconds = retryAfterSeconds(answer.headers);
  return seconds === undefined ? undefined : seconds * 1000;
}
