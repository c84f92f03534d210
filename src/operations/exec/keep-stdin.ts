import type { Readable } from "node:stream";
import { UsageError } from "../../errors.ts";

/** A process that zx's `$` has started: its output is a stream, and it says how it ended. */
export interface StartedProcess extends Promise<unknown> {
  readonly stdout: Readable | undefined;
}

/** By its shape: zx is loaded by whoever uses it. */
export function isStartedProcess(source: unknown): source is StartedProcess {
  return source instanceof Promise && "stdout" in source && "pipe" in source;
}

/**
 * Works with an input that is read only later, once a process is there for it. Until then, none of a stream that flows
 * already is lost, as the output of a process does that `$` has started, and one that fails, as of a file that is not
 * there, is told when it is read and does not bring this process down. Throws UsageError where a part of the input is gone.
 * @param options of a verb that may have a `stdin`
 */
export async function keepingStdin<T>(options: object, work: () => Promise<T>): Promise<T> {
  const source = "stdin" in options ? options.stdin : undefined;
  if (isStartedProcess(source)) source.catch(() => undefined);
  const stream = isStartedProcess(source) ? source.stdout : source;
  if (!isReadable(stream)) return work();
  // Left there: it may fail after work that never came to read it.
  stream.on("error", () => undefined);
  const flows = stream.readableFlowing === true;
  if (stream.readableDidRead && (flows || stream.readableEnded)) throw alreadyRead();
  if (!flows) return work();
  // More than a pause, which Node ends when the process behind it does. Without it the stream flows on for the others.
  const hold = (): void => {};
  stream.on("readable", hold);
  try {
    return await work();
  } finally {
    stream.off("readable", hold);
  }
}

function isReadable(source: unknown): source is Readable {
  return typeof source === "object" && source !== null && "readableFlowing" in source && "on" in source;
}

function alreadyRead(): UsageError {
  return new UsageError("USAGE", "Cannot send this as input: its beginning has been read by someone else", {
    hint: "Give a command's output as it starts, { stdin: $`…` }, or its text when it has ended: { stdin: (await $`…`).stdout }.",
  });
}
