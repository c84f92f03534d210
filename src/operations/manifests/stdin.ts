import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { unlessAborted } from "../../core/abort.ts";
import { UsageError } from "../../errors.ts";
import { decodeText } from "./decode-text.ts";

/** What is piped into the process, to its end. Throws UsageError where that is a person at a terminal, or was read. */
export async function standardInput(
  signal: AbortSignal | undefined,
  stdin: Readable & { readonly isTTY?: boolean } = process.stdin,
): Promise<string> {
  if (stdin.isTTY === true) {
    throw new UsageError("INVALID_INPUT", "Cannot read -: standard input is a terminal", {
      hint: "Pipe manifests into the command: helm template web charts/web | kubescript eval 'k8s.apply(\"-\")'.",
    });
  }
  if (stdin.readableEnded === true) {
    throw new UsageError("INVALID_INPUT", "Cannot read -: standard input has been read to its end already", {
      hint: "Read it once, and from a script that is a file.",
    });
  }
  try {
    return decodeText(await unlessAborted(buffer(stdin), signal));
  } finally {
    // What may still come keeps nobody waiting, nor the process alive.
    if (signal?.aborted === true) stdin.destroy();
  }
}
