import type { Readable, Writable } from "node:stream";

/** The client's end of a command: what it sends and what it is told, over whatever protocol. */
export interface CommandChannels {
  /** What the client types; ends when it says so. */
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Told of each new size of the client's terminal, in characters. */
  onResize(listener: (columns: number, rows: number) => void): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  /** Says how the command ended and ends the connection. */
  finish(status: object): void;
}

/** One forwarded port, at one connection of the client. */
export interface PortChannels {
  readonly port: number;
  readonly input: Readable;
  readonly output: Writable;
  /** Tells the client why there is no connection. */
  fail(message: string): void;
  /** Nothing more comes from the port. */
  end(): void;
  readonly closed: Promise<void>;
}

/** Reads a resize message: `{"Width":80,"Height":24}`. Undefined when it is none. */
export function readSize(text: string): { columns: number; rows: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    if (!isSize(Width) || !isSize(Height)) return undefined;
    return { columns: Width, rows: Height };
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65536;
}
