import type { Writable } from "node:stream";
import stringWidth from "string-width";
import { waitsUnlessAborted } from "../core/abort.ts";
import type { KubernetesObject } from "../core/object.ts";
import { LogText } from "../operations/logs/log-text.ts";
import { printedRow } from "../resources/printed.ts";
import { LineWriter } from "./line-writer.ts";
import { formatLine } from "./render/columns.ts";
import { isLogLine, isPrefixed, LogPrefixes } from "./render/log-line.ts";
import { isObject, jsonText, type RenderOptions, render } from "./render/output.ts";
import { objectGrid } from "./render/table.ts";

/** How events are printed, and until when. */
export interface StreamViewOptions extends RenderOptions {
  readonly signal: AbortSignal;
}

/** As the parts of this file have them. */
interface LineOptions extends StreamViewOptions {
  readonly writeLine: (line: string) => void;
}

/** Whether a value is to be printed as it comes: asynchronous iterables that are no arrays or streams of bytes. */
export function isLive(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && !("pipe" in value);
}

/**
 * Prints what an iterable yields until it ends or the signal is aborted: as a table, a watch's events and objects that
 * were printed are the lines of one, and a log is its text; in any other format each item is written as it comes. The
 * iterator is closed either way. A slow reader of the output slows what is read, down to the server.
 */
export async function printLive(
  values: AsyncIterable<unknown>,
  how: StreamViewOptions,
  output: Writable,
): Promise<void> {
  const iterator = values[Symbol.asyncIterator]();
  const lines = new LineWriter(output);
  const options: LineOptions = { ...how, writeLine: (line) => lines.line(line) };
  const waits = waitsUnlessAborted(options.signal);
  const table = new EventTable(options);
  const prefixes = new LogPrefixes(options.color);
  const log = new LogText((line) => (isPrefixed(values) ? prefixes.of(line) : ""));
  try {
    for (;;) {
      const next = await waits.wait(iterator.next());
      if (next.done === true) return;
      const event = next.value;
      if (options.format.type !== "table") await printItem(event, options);
      else if (isEvent(event)) table.print(event);
      else if (isLogLine(event)) lines.write(log.of(event));
      else if (isObject(event) && printedRow(event) !== undefined) table.printRow(event);
      else if (isStep(event)) options.writeLine(event.message);
      else await printItem(event, options);
      const full = lines.drained();
      if (full !== undefined) await waits.wait(full);
    }
  } finally {
    waits.release();
    table.flush();
    lines.flush();
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

/** JSON takes one line, YAML one document; of a watch's event the name is its object's. */
async function printItem(item: unknown, options: LineOptions): Promise<void> {
  const { format, writeLine } = options;
  if (format.type === "name" && isEvent(item) && isState(item)) return;
  if (format.type === "json") {
    writeLine(jsonText(item, 0));
    return;
  }
  const text = await render(format.type === "name" && isEvent(item) ? item.object : item, options);
  if (text !== undefined) writeLine(format.type === "yaml" ? `---\n${text}` : text);
}

/** An event about the watch itself, not about an object. */
function isState({ type }: LiveEvent): boolean {
  return type === "SYNCED" || type === "DESYNCED";
}

/** How far a rollout is. */
function isStep(value: unknown): value is { readonly message: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "done" in value &&
    "message" in value &&
    typeof value.message === "string"
  );
}

interface LiveEvent {
  readonly type: string;
  readonly object: KubernetesObject;
  readonly reason?: unknown;
}

function isEvent(value: unknown): value is LiveEvent {
  return typeof value === "object" && value !== null && "type" in value && "object" in value && isObject(value.object);
}

/** Objects of the present state that are held back at most. */
const INITIAL_LIMIT = 5000;

/** Lines of a table whose rows come one by one: the widths are those of the widest so far. */
class EventTable {
  readonly #options: LineOptions;
  #widths: number[] = [];
  #header = "";
  /** The present state comes in one go: it is laid out together, once it is complete. */
  #initial: LiveEvent[] | undefined = [];

  constructor(options: LineOptions) {
    this.#options = options;
  }

  print(event: LiveEvent): void {
    const { writeLine } = this.#options;
    if (event.type === "ADDED" && this.#initial !== undefined && this.#initial.length < INITIAL_LIMIT) {
      this.#initial.push(event);
      return;
    }
    this.flush();
    if (isState(event)) {
      const why = event.reason instanceof Error ? `: ${event.reason.message}` : "";
      writeLine(event.type === "SYNCED" ? "-- in sync; Ctrl-C ends --" : `-- out of sync${why} --`);
      return;
    }
    this.#line(event);
  }

  /** Prints an object that no event brings. */
  printRow(object: KubernetesObject): void {
    this.#line(object);
  }

  /** Prints what was held back. */
  flush(): void {
    const initial = this.#initial ?? [];
    this.#initial = undefined;
    for (const event of initial) this.#measure(event);
    for (const event of initial) this.#line(event);
  }

  #cells(item: LiveEvent | KubernetesObject): { names: string[]; cells: string[]; widths: readonly number[] } {
    const { now } = this.#options;
    if (!isEvent(item)) {
      const { header, rows, widths } = objectGrid([item], { now });
      return { names: [...header], cells: [...(rows[0] ?? [])], widths };
    }
    const { namespace } = item.object.metadata ?? {};
    const { header, rows } = objectGrid([item.object], { now, namespaces: namespace !== undefined });
    return { names: ["EVENT", ...header], cells: [item.type.padEnd(8), ...(rows[0] ?? [])], widths: [] };
  }

  #measure(item: LiveEvent | KubernetesObject): { names: string[]; cells: string[] } {
    const { names, cells, widths } = this.#cells(item);
    this.#widths = cells.map((cell, index) =>
      Math.max(
        this.#widths[index] ?? widths[index] ?? 0,
        ...[cell, names[index] ?? ""].map((text) => stringWidth(text)),
      ),
    );
    return { names, cells };
  }

  #line(item: LiveEvent | KubernetesObject): void {
    const { writeLine } = this.#options;
    const { names, cells } = this.#measure(item);
    if (this.#header !== names.join()) {
      this.#header = names.join();
      writeLine(formatLine(names, this.#widths));
    }
    writeLine(formatLine(cells, this.#widths));
  }
}
