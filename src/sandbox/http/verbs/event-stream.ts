/** A body that is written while it is read. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  write(text: string): void;
  end(): void;
  /** Calls `task` once, when either side ends the stream. */
  onEnd(task: () => void): void;
}

/** Characters that wait for a reader before it is cut off, as the real server does with one that does not keep up. */
const MOST_WAITING = 64 * 1024 * 1024;

/** What waits is handed on in pieces of about so many characters: a chunk for each event would cost more than it. */
const PIECE = 64 * 1024;

/** An open stream. What is written before the first read is kept. */
export function eventStream(): EventStream {
  const encoder = new TextEncoder();
  const tasks: (() => void)[] = [];
  let waiting: string[] = [];
  let waitingLength = 0;
  let open = true;
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Whether a reader waits for the next piece. */
  let wanted = false;

  function finish(): void {
    if (!open) return;
    open = false;
    for (const task of tasks) task();
  }

  function nextPiece(): Uint8Array {
    let count = 0;
    let length = 0;
    for (; count < waiting.length && length < PIECE; count += 1) length += waiting[count]?.length ?? 0;
    const text = waiting.splice(0, count).join("");
    waitingLength -= length;
    return encoder.encode(text);
  }

  /** Gives the reader what it waits for, if that is there. */
  function serve(): void {
    if (!wanted || sink === undefined) return;
    if (waiting.length > 0) {
      wanted = false;
      sink.enqueue(nextPiece());
    } else if (!open) {
      wanted = false;
      sink.close();
    }
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = controller;
      },
      pull() {
        wanted = true;
        serve();
      },
      cancel() {
        waiting = [];
        finish();
      },
    },
    // Nothing is taken before it is read, so that what comes meanwhile goes into one piece.
    { highWaterMark: 0 },
  );

  function end(): void {
    finish();
    serve();
  }

  return {
    body,
    write(text) {
      if (!open) return;
      waiting.push(text);
      waitingLength += text.length;
      serve();
      if (waitingLength >= MOST_WAITING) end();
    },
    end,
    onEnd(task) {
      if (open) tasks.push(task);
      else task();
    },
  };
}
