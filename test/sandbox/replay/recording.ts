import { readFileSync } from "node:fs";
import path from "node:path";

/** Who asked: by certificate (`admin`, `viewer`), without a credential, or by the token in the headers. */
export type Asker = "admin" | "viewer" | "anonymous" | "bearer";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where the answer was JSON, else text. */
  readonly body?: unknown;
  /** Lines of a watch or a followed log, until the reader hung up. */
  readonly stream?: readonly unknown[];
}

/** One exchange with a real server. */
export interface Exchange {
  readonly name: string;
  /** Milliseconds since the topic began, and that it took. */
  readonly at: number;
  readonly ms: number;
  readonly as: Asker;
  /** Only prepares; its answer is not compared. */
  readonly setup?: boolean;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** Set on WebSocket exchanges, which are replayed elsewhere. */
    readonly protocols?: readonly string[];
  };
  readonly response: Answer;
}

/** A topic's HTTP exchanges in the order in which they began. */
export function recordedExchanges(topic: string): Exchange[] {
  const file = path.join(import.meta.dirname, `../../fixtures/recordings/${topic}.json`);
  const exchanges = JSON.parse(readFileSync(file, "utf8")) as Exchange[];
  return exchanges.filter(({ request }) => request.protocols === undefined).sort((a, b) => a.at - b.at);
}
