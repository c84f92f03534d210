import type { ReadLine } from "./container-log.ts";

type Source = () => AsyncGenerator<readonly ReadLine[], void, undefined>;

interface Open {
  readonly lines: AsyncGenerator<readonly ReadLine[], void, undefined>;
  next: Promise<IteratorResult<readonly ReadLine[], void>>;
}

/** One source after the other; the next `atOnce - 1` are already asked, and hold their first lines. */
export async function* inOrder(
  sources: readonly Source[],
  atOnce: number,
): AsyncGenerator<readonly ReadLine[], void, undefined> {
  const open: Open[] = [];
  let begun = 0;
  try {
    for (;;) {
      while (open.length < atOnce && begun < sources.length) {
        const source = sources[begun++];
        if (source !== undefined) open.push(begin(source));
      }
      const [first] = open;
      if (first === undefined) return;
      const { done, value } = await first.next;
      if (done === true) open.shift();
      else {
        yield value;
        first.next = asked(first.lines);
      }
    }
  } finally {
    await close(open);
  }
}

/** The lines of all sources in order of time; each source is in order by itself. Holds one batch of each. */
export async function* sortedByTime(sources: readonly Source[]): AsyncGenerator<readonly ReadLine[], void, undefined> {
  const open = sources.map(begin);
  const heads: Head[] = [];
  try {
    for (const source of open) {
      const head = new Head(source);
      if (await head.fill()) heads.push(head);
    }
    while (heads.length > 0) {
      let first = heads[0] as Head;
      for (const head of heads) if (head.at < first.at) first = head;
      const line = first.take();
      if (line !== undefined) yield [line];
      if (!(await first.fill())) heads.splice(heads.indexOf(first), 1);
    }
  } finally {
    await close(open);
  }
}

/** The next line of a source that is being merged. */
class Head {
  readonly #source: Open;
  #lines: readonly ReadLine[] = [];
  #index = 0;
  /** A line without a time stands where the one before it stood. */
  at = 0n;

  constructor(source: Open) {
    this.#source = source;
  }

  /** Whether there is a line; reads on when there is none at hand. */
  async fill(): Promise<boolean> {
    while (this.#index >= this.#lines.length) {
      const { done, value } = await this.#source.next;
      if (done === true) return false;
      this.#lines = value;
      this.#index = 0;
      this.#source.next = asked(this.#source.lines);
    }
    this.at = this.#lines[this.#index]?.at ?? this.at;
    return true;
  }

  take(): ReadLine | undefined {
    return this.#lines[this.#index++];
  }
}

function begin(source: Source): Open {
  const lines = source();
  return { lines, next: asked(lines) };
}

/** Its failure is met when it is awaited. */
function asked(lines: Open["lines"]): Open["next"] {
  const next = lines.next();
  next.catch(() => undefined);
  return next;
}

async function close(open: readonly Open[]): Promise<void> {
  await Promise.allSettled(open.map(({ lines }) => lines.return()));
}
