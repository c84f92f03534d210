import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { humanDuration } from "../core/human-duration.ts";
import type { ProgressTask, ShowProgress } from "../resources/progress.ts";
import { columnsOf, hasColor, type Terminal } from "./terminal.ts";

/** Work that is over sooner shows nothing. */
const FIRST_AFTER_MS = 400;
/** How often the line is drawn at most; also how old its time may be. */
const REDRAW_MS = 200;

/** What Ctrl-C leaves on the line (`^C`) does not wrap it: only its last row could be erased then. */
const ROOM = 3;

const ERASE = "\r\u001b[2K";

/** What is under way, as one line at the bottom of a terminal. */
export interface ProgressLine {
  readonly show: ShowProgress;
  /** Whether it may be drawn from now on, the cursor on an empty line: not while somebody types at a prompt. Default true. */
  allow(drawn: boolean): void;
}

interface Task {
  readonly title: string;
  readonly since: number;
  text: string;
}

/**
 * Draws the task that moved last over one line of stderr, and takes it away before anything else is written to the
 * terminal. Where stderr is no terminal, nothing is ever drawn.
 */
export function progressLine(terminal: Terminal): ProgressLine {
  if (terminal.stderr.isTTY !== true || terminal.env.TERM === "dumb") {
    return { show: () => ({ update: () => {}, end: () => {} }), allow: () => {} };
  }
  const line = new Line(terminal);
  return { show: (title) => line.begin(title), allow: (drawn) => line.allow(drawn) };
}

class Line {
  readonly #terminal: Terminal;
  /** In the order in which they moved: the last is shown. */
  readonly #tasks = new Set<Task>();
  #allowed = true;
  #drawn = false;
  #timer: NodeJS.Timeout | undefined;
  /** Puts the streams back as they were. */
  #release: (() => void) | undefined;
  /** Whether the last that others wrote ended its line: only then is there a line to draw on. */
  #atLineStart = true;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  begin(title: string): ProgressTask {
    const task: Task = { title, since: this.#terminal.now(), text: "" };
    this.#tasks.add(task);
    this.#watchWriters();
    this.#tick();
    return {
      update: (text) => {
        if (!this.#tasks.delete(task)) return;
        task.text = text;
        this.#tasks.add(task);
      },
      end: () => {
        if (this.#tasks.delete(task) && this.#tasks.size === 0) this.#stop();
      },
    };
  }

  allow(drawn: boolean): void {
    this.#allowed = drawn;
    // What a lent terminal showed, and what was typed, is over.
    if (drawn) this.#atLineStart = true;
    else this.#erase();
  }

  #tick(): void {
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  #draw(): void {
    const task = [...this.#tasks].at(-1);
    const now = this.#terminal.now();
    if (task === undefined || !this.#allowed || !this.#atLineStart || now - task.since < FIRST_AFTER_MS) return;
    const { stderr } = this.#terminal;
    const others = this.#tasks.size > 1 ? ` (and ${this.#tasks.size - 1} more)` : "";
    const words = [task.title, task.text].filter((part) => part !== "").join(": ");
    const time = ` ${humanDuration(now - task.since)}`;
    const columns = columnsOf(stderr) ?? 80;
    const text = `${shortened(`${words}${others}`, columns - time.length - ROOM)}${time}`;
    this.#write(
      `${ERASE}${hasColor(this.#terminal, "stderr") ? styleText("dim", text, { validateStream: false }) : text}`,
    );
    this.#drawn = true;
  }

  #erase(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#write(ERASE);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
    this.#release?.();
    this.#release = undefined;
  }

  #write: (text: string) => void = () => {};

  /** While tasks are shown, whoever writes to the terminal finds an empty line. */
  #watchWriters(): void {
    if (this.#release !== undefined) return;
    const { stdout, stderr } = this.#terminal;
    const own = stderr.write.bind(stderr);
    this.#write = (text) => void own(text);
    const streams = stdout.isTTY === true && stdout !== stderr ? [stdout, stderr] : [stderr];
    const releases = streams.map((stream) => beforeWrites(stream, (chunk) => this.#giveWay(chunk)));
    this.#release = () => {
      for (const release of releases) release();
    };
  }

  #giveWay(chunk: unknown): void {
    this.#erase();
    const last = typeof chunk === "string" ? chunk.at(-1) : chunk instanceof Uint8Array ? chunk.at(-1) : "\n";
    this.#atLineStart = last === "\n" || last === 10 || last === undefined;
  }
}

/** Calls `told` before each write to a stream; the function returned ends that. */
function beforeWrites(stream: Writable, told: (chunk: unknown) => void): () => void {
  const original = stream.write;
  const watched = function (this: Writable, ...args: unknown[]): boolean {
    told(args[0]);
    return Reflect.apply(original, stream, args) as boolean;
  };
  stream.write = watched as typeof stream.write;
  return () => {
    // Whoever has put something of his own on top keeps it.
    if (stream.write === (watched as typeof stream.write)) stream.write = original;
  };
}

/** Text on one line of at most so many characters. */
function shortened(text: string, length: number): string {
  const plain = text.replace(/\s+/g, " ");
  return plain.length <= length ? plain : `${plain.slice(0, Math.max(0, length - 1))}…`;
}
