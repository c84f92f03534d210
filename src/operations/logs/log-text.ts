import type { LogLine } from "./log-options.ts";

/** What kubectl writes in front of a line, to tell whose it is; over all namespaces the pod's own stands in it. */
export function logPrefix({ namespace, pod, container }: Omit<LogLine, "line">): string {
  return `[${namespace ?? "pod"}/${pod}/${container}]`;
}

/** Lines as text, each ended by a newline; one that came in parts is put together again unless another came between. */
export class LogText {
  readonly #prefix: (line: LogLine) => string;
  /** The line that was begun last, where its end is still to come. */
  #open: LogLine | undefined;

  /** @param prefix what stands before each line; the empty text for nothing */
  constructor(prefix: (line: LogLine) => string) {
    this.#prefix = prefix;
  }

  of(line: LogLine): string {
    const open = this.#open;
    const goesOn = open !== undefined && logPrefix(open) === logPrefix(line);
    this.#open = line.partial === true ? line : undefined;
    const prefix = goesOn ? "" : this.#prefix(line);
    const begin = open === undefined || goesOn ? "" : "\n";
    return `${begin}${prefix === "" ? "" : `${prefix} `}${line.line}${line.partial === true ? "" : "\n"}`;
  }
}
