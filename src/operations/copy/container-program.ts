import { ConnectionError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";
import { openProcess, type RemoteProcess } from "../exec/remote-process.ts";

/** A container, and how programs are started in it. */
export interface ContainerEnd {
  readonly pods: ResourceClient<Pod>;
  readonly pod: string;
  readonly namespace: string | undefined;
  readonly container: string;
}

/** What a program that ran to its end has said. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** More of what a program says about itself is not kept. */
const MAX_TEXT_BYTES = 64 * 1024;

/** Starts a program in the container. Throws UsageError where the container does not have it. */
export function startProgram(
  { pods, pod, namespace, container }: ContainerEnd,
  command: readonly string[],
  signal: AbortSignal | undefined,
  stdin = false,
): Promise<RemoteProcess> {
  return openProcess(pods, pod, { namespace, container, command, stdin, signal });
}

/** Runs a program to its end, with `input` where it reads one: it has to know by itself where that ends. */
export async function runProgram(
  end: ContainerEnd,
  command: readonly string[],
  signal: AbortSignal | undefined,
  input?: Uint8Array,
): Promise<ProgramResult> {
  const process = await startProgram(end, command, signal, input !== undefined);
  try {
    const texts = Promise.all([textOf(process.stdout, Number.POSITIVE_INFINITY), textOf(process.stderr)]);
    // Told by `texts` too, which is waited for first.
    process.exit.catch(() => undefined);
    if (input !== undefined) await Promise.race([process.write(input), process.exit]);
    const [stdout, stderr] = await texts;
    const { exitCode } = await process.exit;
    return { exitCode, stdout, stderr };
  } finally {
    process.close();
  }
}

/** What a program says, the first of it where it is much; `onText` is told as it comes. */
export async function textOf(
  output: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_TEXT_BYTES,
  onText: (text: string) => void = () => {},
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of output) {
    if (bytes < maxBytes) chunks.push(chunk);
    bytes += chunk.length;
    onText(Buffer.from(chunk).toString());
  }
  return Buffer.concat(chunks).toString();
}

/** Whether the connection broke, so that another may do better. */
export function isLost(error: unknown): boolean {
  return error instanceof ConnectionError || (isKubescriptError(error) && error.code === "CONNECTION_LOST");
}

/** Says which program is missing and what to do. */
export function missingProgram(
  program: string,
  end: Pick<ContainerEnd, "pod" | "container">,
  cause?: unknown,
): UsageError {
  return new UsageError("INVALID_INPUT", `container "${end.container}" has no ${program}`, {
    cause,
    hint: `Copying needs ${program} in the container. Copy by way of a container that has it and shares a volume with this one, or bring one beside it with k8s.pods.debug.`,
  });
}

/** What a program of the container failed with, in its own words. */
export function programFailure(what: string, exitCode: number, stderr: string): UsageError {
  const lines = stderr
    .split("\n")
    .filter(
      (line) =>
        line !== "" && !/Exiting with failure status|Error is not recoverable|Unexpected EOF in archive/.test(line),
    );
  const said = lines.length === 0 ? "said nothing" : `said: ${lines.slice(0, 5).join("; ")}`;
  const hint = HINTS.find(({ problem }) => problem.test(stderr))?.hint;
  return new UsageError("INVALID_INPUT", `in the container, ${what} ended with exit code ${exitCode} and ${said}`, {
    hint,
  });
}

/** Whether what a program says means that it cannot do its work. */
export function isHopeless(text: string): boolean {
  return HINTS.some(({ problem }) => problem.test(text));
}

const HINTS: readonly { readonly problem: RegExp; readonly hint: string }[] = [
  { problem: /Read-only file system/i, hint: "Name a folder that can be written, such as that of an emptyDir volume." },
  {
    problem: /No space left|Disk quota exceeded|Wrote only \d+ of/i,
    hint: "The container needs room for all that comes, besides what it replaces.",
  },
  {
    problem: /Permission denied|Operation not permitted/i,
    hint: 'The user that the container runs as has no right to that: k8s.pods.exec(POD, ["id"]) tells who it is.',
  },
];
