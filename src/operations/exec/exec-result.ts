import { inspectAsText } from "../../core/inspect-as-text.ts";

/** How a command ended, and what it printed. A prompt shows it as a shell would have. */
export class ExecResult<T extends string | Uint8Array = string> {
  static {
    inspectAsText(ExecResult.prototype);
  }

  readonly stdout: T;
  readonly stderr: T;
  readonly exitCode: number;

  constructor(end: { readonly stdout: T; readonly stderr: T; readonly exitCode: number }) {
    this.stdout = end.stdout;
    this.stderr = end.stderr;
    this.exitCode = end.exitCode;
  }

  toString(): string {
    const printed = [this.stdout, this.stderr].map(shown).filter((part) => part !== "");
    const failed = this.exitCode === 0 && printed.length > 0 ? [] : [`exit code ${this.exitCode}`];
    return [...printed, ...failed].join("\n");
  }
}

function shown(output: string | Uint8Array): string {
  if (typeof output === "string") return output.replace(/\n$/, "");
  return output.length === 0 ? "" : `(${output.length} bytes)`;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** What was printed, as text: all of it, a byte order mark too. */
export function outputText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
