import { readFileSync } from "node:fs";
import type { ApiRequest } from "../../src/core/request.ts";
import type { ApiResponse, Transport } from "../../src/transport/transport.ts";

interface Exchange {
  request: { path: string; headers: Record<string, string> };
  response: { status: number; body: unknown };
}

const EXCHANGES = JSON.parse(
  readFileSync(new URL("../fixtures/recordings/discovery.json", import.meta.url), "utf8"),
) as Exchange[];

/** Answers GETs as a real server was recorded to; `answers` come first, by path. */
export class RecordedServer implements Transport {
  readonly paths: string[] = [];
  readonly answers: Record<string, { status: number; body: unknown }>;
  /** Whether the aggregated form of discovery is known. */
  aggregated = true;

  constructor(answers: Record<string, { status: number; body: unknown }> = {}) {
    this.answers = answers;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    this.paths.push(request.path);
    const wantsAggregated = this.aggregated && (request.headers?.accept ?? "").includes("apidiscovery");
    const hasForms = request.path === "/api" || request.path === "/apis";
    const recorded = EXCHANGES.find(
      ({ request: { path, headers }, response: { status } }) =>
        path === request.path &&
        status === 200 &&
        (!hasForms || (headers.accept ?? "").includes("apidiscovery") === wantsAggregated),
    );
    const answer = this.answers[request.path] ??
      recorded?.response ?? { status: 404, body: { kind: "Status", code: 404, reason: "NotFound" } };
    return { status: answer.status, headers: {}, body: Buffer.from(JSON.stringify(answer.body)) };
  }

  async stream(): Promise<never> {
    throw new Error("nothing is streamed here");
  }

  async open(): Promise<never> {
    throw new Error("nothing is opened here");
  }

  async upgrade(): Promise<never> {
    throw new Error("nothing is upgraded here");
  }

  async close(): Promise<void> {}
}
