import type { LogLine } from "../../operations/logs/log-options.ts";
import { logPrefix } from "../../operations/logs/log-text.ts";

/** Colours that are told apart on light and dark terminals: cyan, green, magenta, yellow, blue, and their bright kin. */
const COLORS = [36, 32, 35, 33, 34, 96, 92, 95, 93, 94];

export function isLogLine(value: unknown): value is LogLine {
  return (
    typeof value === "object" &&
    value !== null &&
    "line" in value &&
    typeof value.line === "string" &&
    "pod" in value &&
    "container" in value
  );
}

/** What stands in front of lines: kubectl's `[pod/NAME/CONTAINER]`, in a colour of its own for each container. */
export class LogPrefixes {
  readonly #color: boolean;
  readonly #known = new Map<string, string>();
  #next = 0;

  constructor(color: boolean) {
    this.#color = color;
  }

  of(line: LogLine): string {
    const name = logPrefix(line);
    if (!this.#color) return name;
    let prefix = this.#known.get(name);
    if (prefix === undefined) {
      // Pods come and go for as long as a log is followed.
      if (this.#known.size >= 1000) this.#known.clear();
      prefix = `\u001b[${COLORS[this.#next++ % COLORS.length]}m${name}\u001b[39m`;
      this.#known.set(name, prefix);
    }
    return prefix;
  }
}

/** Whether lines are to be shown with where they come from. */
export function isPrefixed(lines: object): boolean {
  return "prefixed" in lines && lines.prefixed === true;
}
