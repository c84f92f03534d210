import { failureAnswer, plainAnswer } from "../http/answers.ts";
import type { Handler } from "../http/handler.ts";
import { type RequestInfo, requestInfo } from "../http/request-info.ts";
import type { Clock } from "../model/clock.ts";
import { requestTarget } from "../model/request-target.ts";
import { StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import type { MemoryStore } from "../storage/memory-store.ts";
import { type BreakableBody, breakableBody } from "./breakable-body.ts";
import { DroppedConnection } from "./dropped-connection.ts";
import type { Break, Fault, FaultOptions, InjectedFault, RequestMatch } from "./fault.ts";
import { matchesRequest } from "./match-request.ts";

/** Makes things go wrong, so that clients can be shown to live through it. */
export interface Faults {
  /**
   * Makes the requests that `options` select fail so. Of several faults that meet a request latencies add up, and of
   * the others the one injected first comes about.
   *
   * @example
   * sandbox.faults.inject({ type: "tooManyRequests", retryAfterSeconds: 2 }, { resource: "pods", verb: "list", times: 3 });
   */
  inject(fault: Fault, options?: FaultOptions): InjectedFault;
  /** Ends every fault that was injected. */
  clear(): void;
  /** Cuts the streams (watches, followed logs) that are open now; returns how many. */
  cutStreams(match?: RequestMatch): number;
  /** Lets nothing more through the streams that are open now, without closing them; returns how many. */
  freezeStreams(match?: RequestMatch): number;
  /**
   * Forgets the history, as a compaction of etcd after some other write: every watch and every page of a list that
   * goes back to before this moment gets 410.
   */
  compactHistory(): void;
  /** Lets a static token log nobody in from now on, and `replacement` its user. */
  rotateToken(token: string, replacement: string): void;
}

export interface FaultsOptions {
  readonly clock: Clock;
  readonly store: MemoryStore;
  /** Users by static token; a rotation changes it. */
  readonly staticTokens: Map<string, UserInfo>;
}

interface Active {
  readonly fault: Fault;
  readonly options: FaultOptions;
  hits: number;
}

/** An open stream and what it answers. */
interface OpenStream {
  readonly info: RequestInfo;
  readonly body: BreakableBody;
}

/** The faults of one sandbox, and what puts them into the way of its handler. */
export function createFaults({ clock, store, staticTokens }: FaultsOptions): {
  readonly faults: Faults;
  wrap(handler: Handler): Handler;
} {
  const active = new Set<Active>();
  const streams = new Set<OpenStream>();

  /** The faults that meet a request, each counted. */
  function meet(info: RequestInfo, among: (fault: Fault) => boolean): Fault[] {
    const met = [...active].filter(({ fault, options }) => among(fault) && matchesRequest(options, info));
    const latencies = met.filter(({ fault }) => fault.type === "latency");
    const final = met.find(({ fault }) => fault.type !== "latency");
    return [...latencies, ...(final === undefined ? [] : [final])].map((one) => {
      one.hits += 1;
      if (one.hits >= (one.options.times ?? Number.POSITIVE_INFINITY)) active.delete(one);
      return one.fault;
    });
  }

  function each(match: RequestMatch, act: (body: BreakableBody) => void): number {
    const matching = [...streams].filter(({ info }) => matchesRequest(match, info));
    for (const { body } of matching) act(body);
    return matching.length;
  }

  async function handle(handler: Handler, ...[request, peer]: Parameters<Handler["handle"]>): Promise<Response> {
    const info = requestInfo(request.method, requestTarget(request.url));
    const met = active.size === 0 ? [] : meet(info, () => true);
    for (const fault of met) if (fault.type === "latency") await pause(clock, fault.ms, request.signal);
    const final = met.find(({ type }) => type !== "latency");
    const refused = final === undefined ? undefined : refusal(final);
    if (refused !== undefined) return refused;
    const answer = await handler.handle(request, peer);
    return guarded(answer, info, final);
  }

  /** The answer with its body in our hands, where it is a stream or a fault wants to break it. */
  function guarded(answer: Response, info: RequestInfo, fault: Fault | undefined): Response {
    const at = fault === undefined ? undefined : breakOf(fault);
    if (answer.body === null || (at === undefined && !isStream(info))) return answer;
    const onEnd = (): void => void streams.delete(open);
    const body = breakableBody(answer.body, { onEnd, ...(at === undefined ? {} : { at }) });
    const open: OpenStream = { info, body };
    if (isStream(info)) streams.add(open);
    return new Response(body.stream, { status: answer.status, headers: answer.headers });
  }

  const faults: Faults = {
    inject(fault, options = {}) {
      const one: Active = { fault, options, hits: 0 };
      active.add(one);
      const remove = (): void => void active.delete(one);
      const cancel = options.forMs === undefined ? () => {} : clock.schedule(options.forMs, remove);
      return {
        get hits() {
          return one.hits;
        },
        remove() {
          cancel();
          remove();
        },
      };
    },
    clear: () => active.clear(),
    cutStreams: (match = {}) => each(match, (body) => body.cut()),
    freezeStreams: (match = {}) => each(match, (body) => body.freeze()),
    compactHistory: () => store.compact(),
    rotateToken(token, replacement) {
      const user = staticTokens.get(token);
      if (user === undefined) throw new Error("Cannot rotate the token: no user has it");
      staticTokens.delete(token);
      staticTokens.set(replacement, user);
    },
  };

  return {
    faults,
    wrap: (handler) => ({
      handle: (request, peer) => handle(handler, request, peer),
      connect(request, peer) {
        const info = requestInfo(request.method, requestTarget(request.url));
        const refuses = ({ type }: Fault): boolean => type === "tooManyRequests" || type === "serverError";
        const [fault] = active.size === 0 ? [] : meet(info, refuses);
        return (fault === undefined ? undefined : refusal(fault)) ?? handler.connect(request, peer);
      },
    }),
  };
}

function isStream({ verb, subresource, query }: RequestInfo): boolean {
  return verb === "watch" || (subresource === "log" && query.has("follow"));
}

/** The answer in place of the server's own; throws where there is none at all. */
function refusal(fault: Fault): Response | undefined {
  if (fault.type === "drop") throw new DroppedConnection();
  if (fault.type === "tooManyRequests") {
    const answer = plainAnswer(429, "Too many requests, please try again later.\n");
    answer.headers.set("retry-after", String(fault.retryAfterSeconds ?? 1));
    return answer;
  }
  if (fault.type !== "serverError") return undefined;
  const { status = 500, retryAfterSeconds } = fault;
  const { reason, message } = SERVER_ERRORS[status] ?? {
    reason: "InternalError",
    message: "etcdserver: leader changed",
  };
  return failureAnswer(
    new StatusError(status, reason, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  );
}

/** What the server says with a code of its own kind. */
const SERVER_ERRORS: Readonly<Record<number, { reason: string; message: string }>> = {
  503: { reason: "ServiceUnavailable", message: "the server is currently unable to handle the request" },
  504: { reason: "Timeout", message: "Timeout: request did not complete within the allotted timeout" },
};

function breakOf(fault: Fault): (Break & { how: "cut" | "freeze" }) | undefined {
  if (fault.type === "cut") return { ...fault, how: "cut" };
  return fault.type === "halfOpen" ? { ...fault, how: "freeze" } : undefined;
}

/** Until the time is up or the client is gone, who hears nothing then. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      cancel();
      reject(new DroppedConnection());
    };
    const cancel = clock.schedule(ms, () => {
      signal.removeEventListener("abort", gone);
      resolve();
    });
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone, { once: true });
  });
}
