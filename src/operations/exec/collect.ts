import { UsageError } from "../../errors.ts";
import type { ShowProgress } from "../../resources/progress.ts";
import type { ProcessExit } from "./process-exit.ts";
import type { RemoteProcess } from "./remote-process.ts";
import { feed, type StdinSource } from "./stdin.ts";

/** What a process printed, as text or as bytes, and how it ended. */
export interface Collected {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exit: ProcessExit;
}

export interface CollectOptions {
  readonly stdin: StdinSource | undefined;
  /** Of stdout and of stderr each. */
  readonly maxBufferBytes: number;
  /** What runs, for messages. */
  readonly label: string;
  readonly showProgress: ShowProgress;
}

/** kubectl has no such limit, for it holds nothing; a script that fills its memory tells no one why. */
export const DEFAULT_MAX_BUFFER_BYTES: number = 16 * 1024 * 1024;

/** Runs a process to its end and holds what it prints. Ends it where that fails. */
export async function collect(process: RemoteProcess, options: CollectOptions): Promise<Collected> {
  const { stdin, label, showProgress } = options;
  const task = showProgress(label);
  try {
    const [stdout, stderr, exit] = await Promise.all([
      gather(process.stdout, "stdout", options),
      gather(process.stderr, "stderr", options),
      process.exit,
      stdin === undefined ? undefined : feed(process, stdin),
    ]);
    return { stdout, stderr, exit };
  } finally {
    task.end();
    process.close();
  }
}

/** All of an output, held. Throws UsageError where that is too much. */
export async function gather(
  output: AsyncIterable<Uint8Array>,
  name: string,
  { maxBufferBytes, label }: Pick<CollectOptions, "maxBufferBytes" | "label">,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of output) {
    length += chunk.length;
    if (length > maxBufferBytes) {
      throw new UsageError(
        "INVALID_INPUT",
        `Cannot hold the ${name} of ${label}: it is longer than ${maxBufferBytes} bytes`,
        {
          hint: "Allow more with maxBufferBytes, or read it as it comes with { live: true }.",
        },
      );
    }
    chunks.push(chunk);
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
