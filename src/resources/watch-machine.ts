/**
 * The watch as a pure state machine: an event in, the next state and the effects to carry out. It knows no clock, no
 * network and no objects; the driver (watch.ts) performs the effects and the reconciler (reconciler.ts) turns
 * snapshots and changes into exact events.
 *
 * ```
 * idle ──start──▶ streaming ──initial-events-end──▶ watching ◀─┐
 *                  │   ▲ refused: this server lists            │ ended, resumed at the last version
 *                  ▼   │                                       │
 *                 listing ──last page──▶ opening ──opened──▶ watching
 * any ──410 or ERROR Expired──▶ streaming or listing     any ──lost, 429, 5xx──▶ waiting ──timer──▶ where it was
 * any ──what trying again cannot mend──▶ failed
 * ```
 * A watch resumed after a loss is not in sync by being answered with 200: a server may find only then that the
 * version is too old, and say so with an ERROR event. It is in sync at its first change or bookmark, or once it has
 * been quiet for a while.
 * Behaviour and figures are those of client-go's reflector:
 * https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go
 */

/** Where the machine is; the common fields are its memory. */
export type WatchState = WatchMemory & WatchPhase;

export type WatchPhase =
  /** Not begun. → streaming, or listing where `streams` is false. */
  | { readonly phase: "idle" }
  /** A watch that first sends the present state. → watching at its end; listing when refused; waiting when lost. */
  | { readonly phase: "streaming" }
  /** Pages of a list. → opening after the last; itself, `whole`, on a 410 in mid-list; waiting when lost. */
  | { readonly phase: "listing"; readonly whole: boolean; readonly continued: boolean }
  /** A watch has been asked for at a version. → watching; a new snapshot on 410; waiting when refused. */
  | { readonly phase: "opening"; readonly resourceVersion: string }
  /** Events arrive; each moves the version. → opening when it ends; a new snapshot on 410; waiting when lost. */
  | { readonly phase: "watching"; readonly resourceVersion: string }
  /** A pause before the next try. → opening at the version kept, or a new snapshot where there is none. */
  | { readonly phase: "waiting"; readonly resourceVersion: string | undefined }
  /** Over. */
  | { readonly phase: "failed"; readonly error: unknown };

export interface WatchMemory {
  /** Whether the present state is asked for as a stream; turned off by a server that refuses. */
  readonly streams: boolean;
  /** Whether the consumer was last told SYNCED. */
  readonly synced: boolean;
  /** Whether the server has ever answered well: before that, being unreachable is an error to tell at once. */
  readonly reached: boolean;
  /** Failures that trying the same again may mend. */
  readonly failures: Streak;
  /** Snapshots begun because a version had expired; apart, so that refused connections delay none of them. */
  readonly expiries: Streak;
}

/** How often in a row something happened, and when last (ms); health of {@link BACKOFF_RESET_MS} ends a streak. */
interface Streak {
  readonly count: number;
  readonly lastAt: number;
}

/** What happened. */
export type WatchInput =
  | { readonly type: "start" }
  /** A page arrived; `resourceVersion` is the list's, `more` says that it continues. */
  | { readonly type: "page"; readonly resourceVersion: string; readonly more: boolean }
  /** The watch was answered with 200. */
  | { readonly type: "opened" }
  /** An ADDED, MODIFIED or DELETED event. */
  | { readonly type: "change"; readonly resourceVersion: string }
  | { readonly type: "bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  /** The open watch has told nothing for long enough to trust that it will not be refused; see {@link awaitsSync}. */
  | { readonly type: "quiet" }
  /** The server closed the watch in good order. `brief`: at once, and without any event. */
  | { readonly type: "ended"; readonly brief: boolean; readonly at: number }
  | { readonly type: "failed"; readonly failure: WatchFailure; readonly at: number }
  | { readonly type: "timer" };

/** Why a list or a watch broke, as the driver classified it. */
export type WatchFailure =
  /** 410, as HTTP status or as an ERROR event: the version is too old. */
  | { readonly type: "expired"; readonly error: unknown }
  /** 429, 5xx, a lost or refused connection, silence, a broken line: the same again may work. */
  | {
      readonly type: "transient";
      readonly error: unknown;
      readonly unreachable: boolean;
      readonly retryAfterMs: number;
    }
  /** A streaming list that this server does not know (400, 422) or does not end. */
  | { readonly type: "unsupported"; readonly error: unknown }
  /** 401, 403, 404 and the like. */
  | { readonly type: "permanent"; readonly error: unknown };

/** What the driver shall do, in order. */
export type WatchEffect =
  /** A snapshot begins: what it does not name by its end is gone. */
  | { readonly type: "beginSnapshot" }
  | { readonly type: "endSnapshot" }
  /** Fetch the first page (`whole`: everything in one), or with `next` the one after the last. */
  | { readonly type: "list"; readonly whole: boolean; readonly next: boolean }
  /** Open a watch; without a version it sends the present state first. */
  | { readonly type: "watch"; readonly resourceVersion: string | undefined }
  /** Pause: `backoffMs` to be spread by chance up to twice as long, and at least `atLeastMs`. */
  | { readonly type: "wait"; readonly backoffMs: number; readonly atLeastMs: number }
  | { readonly type: "synced"; readonly resourceVersion: string }
  | { readonly type: "desynced"; readonly error: unknown }
  | { readonly type: "fail"; readonly error: unknown };

export interface WatchStep {
  readonly state: WatchState;
  readonly effects: readonly WatchEffect[];
}

const FIRST_BACKOFF_MS = 800;
export const LONGEST_BACKOFF_MS = 30_000;
/** Health after which failures are forgotten. */
const BACKOFF_RESET_MS = 120_000;

const NO_STREAK: Streak = { count: 0, lastAt: Number.NEGATIVE_INFINITY };

/** @param streams whether to ask for the present state as a stream first */
export function initialWatchState(streams: boolean): WatchState {
  return {
    phase: "idle",
    streams,
    synced: false,
    reached: false,
    failures: NO_STREAK,
    expiries: NO_STREAK,
  };
}

/** Whether a watch is open that has yet to prove that it was resumed: then its first event counts, or `quiet`. */
export function awaitsSync(state: WatchState): boolean {
  return state.phase === "watching" && !state.synced;
}

/** The next state. Inputs that do not belong to a state (an answer that comes too late) change nothing. */
export function stepWatch(state: WatchState, input: WatchInput): WatchStep {
  if (state.phase === "failed") return { state, effects: [] };
  switch (input.type) {
    case "start":
      return state.phase === "idle" ? snapshot(state) : stay(state);
    case "page":
      return state.phase === "listing" ? page(state, input) : stay(state);
    case "opened":
      return opened(state);
    case "change":
      return state.phase === "watching" ? proven(state, input.resourceVersion) : stay(state);
    case "bookmark":
      return bookmark(state, input);
    case "quiet":
      return state.phase === "watching" ? proven(state, state.resourceVersion) : stay(state);
    case "ended":
      return ended(state, input);
    case "failed":
      return failed(state, input.failure, input.at);
    case "timer":
      if (state.phase !== "waiting") return stay(state);
      return state.resourceVersion === undefined ? snapshot(state) : open(state, state.resourceVersion);
  }
}

function stay(state: WatchState): WatchStep {
  return { state, effects: [] };
}

function memory(state: WatchState): WatchMemory {
  const { streams, synced, reached, failures, expiries } = state;
  return { streams, synced, reached, failures, expiries };
}

function snapshot(state: WatchState, whole = false): WatchStep {
  if (state.streams) {
    return {
      state: { ...memory(state), phase: "streaming" },
      effects: [{ type: "beginSnapshot" }, { type: "watch", resourceVersion: undefined }],
    };
  }
  return {
    state: { ...memory(state), phase: "listing", whole, continued: false },
    effects: [{ type: "beginSnapshot" }, { type: "list", whole, next: false }],
  };
}

function open(state: WatchState, resourceVersion: string): WatchStep {
  return {
    state: { ...memory(state), phase: "opening", resourceVersion },
    effects: [{ type: "watch", resourceVersion }],
  };
}

function page(
  state: WatchState & { phase: "listing" },
  input: { readonly resourceVersion: string; readonly more: boolean },
): WatchStep {
  if (input.more) {
    return {
      state: { ...state, reached: true, continued: true },
      effects: [{ type: "list", whole: state.whole, next: true }],
    };
  }
  return {
    state: { ...memory(state), reached: true, synced: true, phase: "opening", resourceVersion: input.resourceVersion },
    effects: [
      { type: "endSnapshot" },
      { type: "synced", resourceVersion: input.resourceVersion },
      { type: "watch", resourceVersion: input.resourceVersion },
    ],
  };
}

function opened(state: WatchState): WatchStep {
  if (state.phase === "streaming") return stay({ ...state, reached: true });
  if (state.phase !== "opening") return stay(state);
  const { resourceVersion } = state;
  return stay({ ...memory(state), reached: true, phase: "watching", resourceVersion });
}

/** The server goes on from the version that was asked for. */
function proven(state: WatchState & { phase: "watching" }, resourceVersion: string): WatchStep {
  return {
    state: { ...state, synced: true, resourceVersion },
    effects: state.synced ? [] : [{ type: "synced", resourceVersion }],
  };
}

function bookmark(
  state: WatchState,
  input: { readonly resourceVersion: string; readonly initialEventsEnd: boolean },
): WatchStep {
  const { resourceVersion } = input;
  if (state.phase === "watching") return proven(state, resourceVersion);
  if (state.phase !== "streaming" || !input.initialEventsEnd) return stay(state);
  return {
    state: { ...memory(state), synced: true, phase: "watching", resourceVersion },
    effects: [{ type: "endSnapshot" }, { type: "synced", resourceVersion }],
  };
}

function ended(state: WatchState, input: { readonly brief: boolean; readonly at: number }): WatchStep {
  if (state.phase !== "watching") {
    const error = new Error("the server ended the watch before it had sent the present state");
    return failed(state, { type: "transient", error, unreachable: false, retryAfterMs: 0 }, input.at);
  }
  // A server that closes every watch at once must not be asked as fast as it answers.
  return input.brief ? retry(state, input.at, 0, []) : open(state, state.resourceVersion);
}

function failed(state: WatchState, failure: WatchFailure, at: number): WatchStep {
  switch (failure.type) {
    case "permanent":
      return fail(state, failure.error);
    case "unsupported":
      return snapshot({ ...state, streams: false });
    case "expired": {
      if (state.phase === "listing" && state.continued && !state.whole) return snapshot(state, true);
      const effects = desync(state, failure.error);
      const expiries = another(state.expiries, at);
      // The server has answered: failures to reach it are over.
      const next = { ...memory(state), synced: false, failures: NO_STREAK, expiries, phase: "idle" } as const;
      // A server that finds the version of a fresh snapshot too old must not be asked as fast as it answers.
      if (expiries.count > 1) return pause(next, undefined, backoff(expiries.count - 1), 0, effects);
      const step = snapshot(next);
      return { state: step.state, effects: [...effects, ...step.effects] };
    }
    case "transient":
      if (failure.unreachable && !state.reached) return fail(state, failure.error);
      return retry(state, at, failure.retryAfterMs, desync(state, failure.error));
  }
}

function fail(state: WatchState, error: unknown): WatchStep {
  return {
    state: { ...memory(state), synced: false, phase: "failed", error },
    effects: [...desync(state, error), { type: "fail", error }],
  };
}

function desync(state: WatchState, error: unknown): WatchEffect[] {
  return state.synced ? [{ type: "desynced", error }] : [];
}

function another(streak: Streak, at: number): Streak {
  return { count: at - streak.lastAt < BACKOFF_RESET_MS ? streak.count + 1 : 1, lastAt: at };
}

function backoff(count: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (count - 1));
}

/** The same again after a pause. */
function retry(state: WatchState, at: number, atLeastMs: number, effects: readonly WatchEffect[]): WatchStep {
  const failures = another(state.failures, at);
  const keeps = state.phase === "opening" || state.phase === "watching";
  return pause(
    { ...state, failures, synced: state.synced && effects.length === 0 },
    keeps ? state.resourceVersion : undefined,
    backoff(failures.count),
    atLeastMs,
    effects,
  );
}

function pause(
  state: WatchState,
  resourceVersion: string | undefined,
  backoffMs: number,
  atLeastMs: number,
  effects: readonly WatchEffect[],
): WatchStep {
  return {
    state: { ...memory(state), phase: "waiting", resourceVersion },
    effects: [...effects, { type: "wait", backoffMs, atLeastMs }],
  };
}
