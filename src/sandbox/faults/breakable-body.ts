import { DroppedConnection } from "./dropped-connection.ts";
import type { Break } from "./fault.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An answer's body that can be made to fail while it is read. */
export interface BreakableBody {
  readonly stream: ReadableStream<Bytes>;
  /** Closes the connection in the middle. */
  cut(): void;
  /** Lets nothing more through; the reader is not told. */
  freeze(): void;
}

export interface BreakableOptions {
  /** What happens by itself, and where. */
  readonly at?: Break & { readonly how: "cut" | "freeze" };
  /** Called once when nothing more can be done with the body. */
  readonly onEnd?: () => void;
}

type State = "open" | "frozen" | "ended";

const LINE_FEED = 10;

/** What the reader of a frozen body waits for. */
const never = (): Promise<void> => new Promise(() => {});

/** Passes `source` on, no faster than it is read, until it breaks. */
export function breakableBody(source: ReadableStream<Bytes>, options: BreakableOptions = {}): BreakableBody {
  const { at, onEnd = () => {} } = options;
  const reader = source.getReader();
  const limit = at === undefined ? undefined : countdown(at);
  let state: State = "open";
  const is = (one: State): boolean => state === one;
  let sink: ReadableStreamDefaultController<Bytes> | undefined;

  function leave(next: "frozen" | "ended"): void {
    if (state === "ended") return;
    if (state === "open") reader.cancel().catch(() => {});
    state = next;
    if (next === "ended") onEnd();
  }

  function cut(): void {
    if (state === "ended") return;
    leave("ended");
    sink?.error(new DroppedConnection());
  }

  function freeze(): void {
    if (state === "open") leave("frozen");
  }

  async function pull(): Promise<void> {
    if (limit?.reached === true) return breakNow();
    if (is("frozen")) return never();
    const { done, value } = await reader.read();
    // what happened while it was read
    if (is("frozen")) return never();
    if (is("ended")) return;
    if (done) {
      leave("ended");
      sink?.close();
      return;
    }
    const passed = limit === undefined ? value : limit.pass(value);
    if (passed.length > 0) sink?.enqueue(passed);
    else return breakNow();
  }

  function breakNow(): Promise<void> | undefined {
    if (at?.how === "cut") {
      cut();
      return undefined;
    }
    freeze();
    return never();
  }

  const stream = new ReadableStream<Bytes>(
    {
      start(controller) {
        sink = controller;
      },
      async pull() {
        try {
          await pull();
        } catch (error) {
          leave("ended");
          throw error;
        }
      },
      cancel() {
        leave("ended");
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, cut, freeze };
}

/** How much of a body may still pass. */
interface Countdown {
  readonly reached: boolean;
  /** The part of a chunk that is before the break. */
  pass(chunk: Bytes): Bytes;
}

function countdown({ afterBytes, afterLines }: Break): Countdown {
  let bytes = afterBytes ?? (afterLines === undefined ? 0 : Number.POSITIVE_INFINITY);
  let lines = afterLines ?? Number.POSITIVE_INFINITY;
  return {
    get reached() {
      return bytes <= 0 || lines <= 0;
    },
    pass(chunk) {
      let end = 0;
      while (end < chunk.length && end < bytes && lines > 0) {
        const feed = chunk.indexOf(LINE_FEED, end);
        const next = feed < 0 ? chunk.length : feed + 1;
        end = Math.min(next, bytes);
        if (feed >= 0 && end === next) lines -= 1;
      }
      bytes -= end;
      return chunk.subarray(0, end);
    },
  };
}
