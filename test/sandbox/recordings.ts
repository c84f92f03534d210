import { readFileSync } from "node:fs";
import path from "node:path";

/** One recorded exchange with a real server. */
export interface Exchange {
  readonly name: string;
  readonly request: { method: string; path: string; headers: Record<string, string>; body?: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: bodies are whatever the server answered
  readonly response: { status: number; body: any };
}

/** The exchanges of a topic, in order. */
export function recordingOf(topic: string): Exchange[] {
  const file = path.join(import.meta.dirname, `../fixtures/recordings/${topic}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Exchange[];
}

/** The exchange of that name. */
export function exchangeOf(topic: string, name: string): Exchange {
  const found = recordingOf(topic).find((exchange) => exchange.name === name);
  if (found === undefined) throw new Error(`no exchange "${name}" in ${topic}`);
  return found;
}
