import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";
import { LogStream } from "../logs/log-stream.ts";
import { endOfStdin } from "./channels.ts";
import { isStartedProcess, type StartedProcess } from "./keep-stdin.ts";
import type { RemoteProcess } from "./remote-process.ts";

/**
 * What a process is to read: a text, bytes, or a stream of either (Node's, the web's, any async iterable). Of a command of
 * `$` it is the output, byte for byte, and the command's failure is the input's.
 */
export type StdinSource = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/**
 * Sends a source to a process, no faster than it is taken, and then its end. Returns early where the process ends first;
 * the source is then left. Throws what the source throws, and UsageError before anything is sent where the server could
 * not be told the end.
 */
export async function feed(process: RemoteProcess, source: StdinSource): Promise<void> {
  // Says why itself.
  if (endOfStdin(process.protocol) === undefined) return process.endStdin();
  const chunks = chunksOf(source)[Symbol.asyncIterator]();
  const left = departure(process);
  try {
    while (!left.gone) {
      const next = await left.unlessGone(chunks.next());
      if (next === undefined) return;
      if (next.done) return await process.endStdin();
      await process.write(bytesOf(next.value));
    }
  } catch (error) {
    // A connection that ended under a write is told by `exit`.
    if (!left.gone && !(await wasLost(process, error))) throw error;
  } finally {
    // Not awaited: a source that waits for what never comes would hold up the end.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
}

/** Refuses what cannot be read as input, before a process is started for it. */
export function requireStdin(source: unknown, name: string): void {
  if (typeof source === "string" || source instanceof Uint8Array) return;
  if ((source as { isTTY?: unknown } | null)?.isTTY === true) {
    // A prompt reads it too, and would be left without.
    throw new UsageError("USAGE", `Cannot send a terminal as input to a process in "${name}": both would read it`, {
      hint: "Join them with { terminal: true }.",
    });
  }
  if (source instanceof LogStream) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot send this to a process in "${name}": it gives lines with their pods`,
      {
        hint: "Give its text: { stdin: k8s.pods.logs(…).text() }.",
      },
    );
  }
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) return;
  throw new UsageError("INVALID_INPUT", `Cannot send this to a process in "${name}": it is ${typeName(source)}`, {
    hint:
      typeof source === "object" && source !== null && "stdout" in source
        ? "Give what it printed: { stdin: it.stdout }."
        : "As stdin give a text, a Uint8Array, or a stream of them; a terminal comes with { terminal: true }.",
  });
}

/** Tells when a process has gone, without a listener for every chunk. */
function departure(process: RemoteProcess): {
  readonly gone: boolean;
  unlessGone<T>(work: Promise<T>): Promise<T | undefined>;
} {
  let gone = false;
  let leave = (): void => {};
  const note = (): void => {
    gone = true;
    leave();
  };
  process.exit.then(note, note);
  return {
    get gone() {
      return gone;
    },
    unlessGone: (work) =>
      new Promise((resolve, reject) => {
        leave = () => resolve(undefined);
        work.then(resolve, reject);
      }),
  };
}

async function wasLost(process: RemoteProcess, error: unknown): Promise<boolean> {
  const code = errorCode(error);
  if (code !== "CONNECTION_LOST" && code !== "ABORTED") return false;
  await process.exit.catch(() => undefined);
  return true;
}

async function* chunksOf(source: StdinSource): AsyncGenerator<string | Uint8Array, void, undefined> {
  if (typeof source === "string" || source instanceof Uint8Array) yield source;
  else if (isStartedProcess(source)) yield* outputOf(source);
  else yield* source;
}

/** As an iterable, a process of zx gives its lines without what ends them. */
async function* outputOf(process: StartedProcess): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (process.stdout ?? []) as AsyncIterable<Uint8Array>;
  await process;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw new UsageError("INVALID_INPUT", `Cannot send a part of the input: it is ${typeName(chunk)}`, {
    hint: "A stream for stdin gives texts or Uint8Arrays.",
  });
}

function typeName(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : typeof value === "object"
        ? "an object"
        : typeof value;
}
