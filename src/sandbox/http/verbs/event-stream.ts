/** A body that is written while it is read. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  write(text: string): void;
  end(): void;
  /** Calls `task` once, when either side ends the stream. */
  onEnd(task: () => void): void;
}

/** Bytes that wait for a reader before it is cut off, as the real server does with one that does not keep up. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** An open stream. What is written before the first read is kept. */
export function eventStream(): EventStream {
  const encoder = new TextEncoder();
  const tasks: (() => void)[] = [];
  let open = true;
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;

  function finish(): void {
    if (!open) return;
    open = false;
    for (const task of tasks) task();
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = controller;
      },
      cancel: finish,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  );

  function end(): void {
    if (!open) return;
    finish();
    sink?.close();
  }

  return {
    body,
    write(text) {
      if (!open) return;
      sink?.enqueue(encoder.encode(text));
      if ((sink?.desiredSize ?? 0) <= 0) end();
    },
    end,
    onEnd(task) {
      if (open) tasks.push(task);
      else task();
    },
  };
}
