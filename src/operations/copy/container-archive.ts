import { KubescriptError } from "../../errors.ts";
import { isNoSuchProgram } from "../exec/process-exit.ts";
import {
  type ContainerEnd,
  isLost,
  missingProgram,
  programFailure,
  startProgram,
  textOf,
} from "./container-program.ts";
import { asOperand } from "./copy-path.ts";
import { TarReader } from "./tar-reader.ts";

/** What the container's tar packs. */
export interface Packed {
  readonly folder: string;
  /** In the folder; undefined for the folder's own content. */
  readonly name: string | undefined;
  /** Links are followed: what they point at is packed. */
  readonly follow: boolean;
}

export interface ArchiveOptions {
  readonly signal: AbortSignal | undefined;
  /** How often a connection may break; negative for any number. */
  readonly retries: number;
  /** Told when a broken connection is taken up again. */
  readonly onRetry: () => void;
}

/**
 * The archive once more from the header of the entry in which it broke: $3 is where that begins (from 1), $4 its length,
 * $5 the first byte behind it that is missing (from 1). The header shows whether it is still the same archive. What tar
 * ends with is lost in a pipe, so it is told on stderr.
 */
const RESUME = `{ tar "$0" - -C "$1" "$2"; echo "kubescript: tar ended with $?" >&2; } |
tail -c +"$3" | { dd bs=1 count="$4" 2>/dev/null; tail -c +"$5"; }`;
const ENDED = /^kubescript: tar ended with (\d+)\n?/m;

/** GNU tar says so of what changes under it; the copy is then of one moment or the other. */
const HARMLESS = /: (file changed as we read it|File removed before we read it|socket ignored)$/;

const MAX_WAIT_MS = 30_000;

/** The archive that a container's tar makes, over as many connections as that takes. */
export class ContainerArchive {
  readonly reader: TarReader;
  readonly warnings: string[] = [];
  readonly #end: ContainerEnd;
  readonly #packed: Packed;
  readonly #options: ArchiveOptions;

  constructor(end: ContainerEnd, packed: Packed, options: ArchiveOptions) {
    this.#end = end;
    this.#packed = packed;
    this.#options = options;
    this.reader = new TarReader(this.#bytes());
  }

  async *#bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, retries, onRetry } = this.#options;
    let received = 0;
    let fruitless = 0;
    for (let tries = 0; ; tries++) {
      const before = received;
      try {
        for await (const chunk of this.#connection(received)) {
          received += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!isLost(error) || (retries >= 0 && tries >= retries)) throw error;
      }
      fruitless = received > before ? 0 : fruitless + 1;
      const { timing } = this.#end.pods;
      await timing.sleep(Math.min(MAX_WAIT_MS, fruitless * 1000), signal);
      onRetry();
    }
  }

  /** What one connection brings of the archive, from a byte on. Throws CONNECTION_LOST where it breaks off. */
  async *#connection(from: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { folder, name, follow } = this.#packed;
    const operands = [follow ? "chf" : "cf", asOperand(folder), name === undefined ? "." : `./${name}`];
    const { offset, header } = this.reader.position;
    const skipped = from - offset - header.length;
    const [flags = "", ...where] = operands;
    const command =
      from === 0
        ? ["tar", flags, "-", "-C", ...where]
        : ["sh", "-c", RESUME, ...operands, `${offset + 1}`, `${header.length}`, `${skipped + 1}`];
    const process = await startProgram(this.#end, command, this.#options.signal);
    try {
      const said = textOf(process.stderr);
      // Whatever breaks it breaks stdout too.
      said.catch(() => undefined);
      yield* from === 0 ? process.stdout : this.#behind(header, process.stdout);
      const { exitCode } = await process.exit;
      const stderr = await said;
      this.#judge(from === 0 ? exitCode : Number(ENDED.exec(stderr)?.[1] ?? exitCode), stderr.replace(ENDED, ""));
    } catch (error) {
      if (isNoSuchProgram(error)) throw missingProgram(from === 0 ? "tar" : "sh", this.#end, error);
      throw error;
    } finally {
      process.close();
    }
  }

  /** The stream behind the header that it must begin with. */
  async *#behind(header: Uint8Array, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let compared = 0;
    for await (const chunk of stream) {
      const part = chunk.subarray(0, header.length - compared);
      if (Buffer.compare(part, header.subarray(compared, compared + part.length)) !== 0) {
        throw new KubescriptError("CONFLICT", "the connection broke, and meanwhile it was changed in the container", {
          hint: "Copy it again.",
        });
      }
      compared += part.length;
      if (chunk.length > part.length) yield chunk.subarray(part.length);
    }
  }

  /** Throws unless all came. */
  #judge(exitCode: number, stderr: string): void {
    const lines = stderr.split("\n").filter((line) => line !== "");
    const problems = lines.filter((line) => !HARMLESS.test(line));
    if (exitCode === 0 || (exitCode === 1 && this.reader.complete && lines.length > 0 && problems.length === 0)) {
      if (!this.reader.complete) {
        throw new KubescriptError("CONNECTION_LOST", "the archive ended before its end", { retryable: true });
      }
      this.warnings.push(...lines);
      return;
    }
    throw programFailure("tar", exitCode, stderr);
  }
}
