/** https://kubernetes.io/docs/reference/using-api/health-checks/ */
import type { ApiRequest } from "../../core/request.ts";
import { UsageError } from "../../errors.ts";
import { apiErrorFrom } from "../../transport/api-error.ts";
import { decodeText } from "../../transport/call-json.ts";
import type { ApiResponse } from "../../transport/transport.ts";
import type { OperationContext } from "../context.ts";
import { type CheckLine, readChecks } from "./read-checks.ts";

/** What an API server is asked: whether it lives, and whether it is ready for requests. */
export type HealthEndpoint = "livez" | "readyz" | "healthz";

export interface HealthOptions {
  /** Checks to leave out, by name: `etcd`. */
  readonly exclude?: string | readonly string[] | undefined;
  /** Default `livez` and `readyz`; `healthz` for servers before 1.16, which have neither. */
  readonly endpoints?: readonly HealthEndpoint[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One check of an endpoint, as the server answered. */
export interface HealthCheck {
  readonly endpoint: HealthEndpoint;
  /** `etcd`, `poststarthook/rbac/bootstrap-roles` …; the endpoint's own name where the server lists no checks. */
  readonly check: string;
  /** A check that was excluded is ok too. */
  readonly ok: boolean;
  /** The server's words: `ok`, `excluded: ok`, `failed: reason withheld`. */
  readonly message: string;
}

/**
 * The checks of the API server. A failing one is a value; what is thrown is that the server cannot be reached or does
 * not let us ask.
 */
export async function health(operation: OperationContext, options: HealthOptions = {}): Promise<HealthCheck[]> {
  const { signal } = options;
  const { endpoints = ["livez", "readyz"] } = options;
  const answers = await Promise.all(endpoints.map((one) => ask(operation, one, options, signal)));
  const old = options.endpoints === undefined && answers.every(({ status }) => status === 404);
  const checks = old
    ? checksOf("healthz", await ask(operation, "healthz", options, signal))
    : answers.flatMap((answer, index) => checksOf(endpoints[index] ?? "livez", answer));
  requireExcluded(checks, [options.exclude ?? []].flat());
  return checks;
}

/** A name that no endpoint knows excludes nothing, which the server tells nobody who does not read its warning. */
function requireExcluded(checks: readonly HealthCheck[], names: readonly string[]): void {
  const unknown = names.find((name) => checks.every(({ check }) => check !== name));
  if (unknown === undefined) return;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot exclude the health check "${unknown}": the server has none of that name`,
    {
      hint: `It has ${[...new Set(checks.map(({ check }) => check))].join(", ")}.`,
    },
  );
}

async function ask(
  { transport }: OperationContext,
  endpoint: HealthEndpoint,
  { exclude = [] }: HealthOptions,
  signal: AbortSignal | undefined,
): Promise<ApiResponse> {
  const query = { verbose: true, exclude: [exclude].flat() };
  const request: ApiRequest = { method: "GET", path: `/${endpoint}`, query, headers: { accept: "*/*" } };
  const answer = await transport.send(request, { signal });
  // 500 is what an endpoint with a failing check says, 404 an old server; anything else is no answer to the question.
  if (answer.status === 200 || answer.status === 500 || answer.status === 404) return answer;
  throw apiErrorFrom(answer, request);
}

function checksOf(endpoint: HealthEndpoint, answer: ApiResponse): HealthCheck[] {
  const body = decodeText(answer.body);
  const checks = readChecks(body);
  const ok = answer.status === 200;
  const failed = checks.some((one) => !one.ok);
  const whole: CheckLine[] = [];
  // The endpoint speaks for itself where it lists nothing, and where nothing that it lists explains its failure.
  if (checks.length === 0 || (!ok && !failed)) {
    const said = body.trim().split("\n").at(-1) ?? "";
    whole.push({ check: endpoint, ok, message: said === "" ? `status ${answer.status}` : said });
  }
  return [...checks, ...whole].map((one) => ({ endpoint, ...one }));
}
