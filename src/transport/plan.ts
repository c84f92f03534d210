import type { ApiRequest } from "../core/request.ts";
import { requestInfo } from "../core/request-info.ts";
import { UsageError } from "../errors.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** A write that a plan held back: what it would have done. */
export interface PlannedWrite {
  /** As it would have been sent, without the dry run. */
  readonly request: ApiRequest;
  readonly status: number;
  /** The object as it is; undefined when there is none, or for collections. */
  readonly before: unknown;
  /** The server's answer to the dry run: the object as it would be, or a Status. */
  readonly after: unknown;
}

/** Told of every write, in order. */
export type PlanListener = (write: PlannedWrite) => void;

/** Creating one of these asks a question and changes nothing. */
const REVIEW_GROUPS = new Set(["authorization.k8s.io", "authentication.k8s.io"]);
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Sends every write as a dry run (`dryRun=All`: validated, admitted, not stored) and tells the listener; reads and
 * reviews pass. What no dry run exists for is refused (NO_DRY_RUN): exec, attach, port-forward, tokens, requests through a
 * proxy sub-resource, and writes outside the API's resources.
 */
export function plan(inner: Transport, listener: PlanListener): Transport {
  async function planned<A extends { readonly status: number }>(
    request: ApiRequest,
    options: CallOptions | undefined,
    call: (request: ApiRequest) => Promise<A>,
    read: (answer: A) => Promise<{ answer: A; body: unknown }>,
  ): Promise<A> {
    // What the script only tries itself is no change that it would make.
    if (isRead(request) || isDryRun(request)) return call(request);
    const dry = asDryRun(request);
    const before = await currentObject(inner, request, options);
    const { answer, body } = await read(await call(dry));
    if (answer.status < 400) listener({ request, status: answer.status, before, after: body });
    return answer;
  }

  return {
    send: (request, options) =>
      planned(
        request,
        options,
        (one) => inner.send(one, options),
        async (answer) => ({ answer, body: parse(answer.body) }),
      ),
    stream: (request, options) =>
      planned(
        request,
        options,
        (one) => inner.stream(one, options),
        async (answer) => {
          const chunks: Uint8Array[] = [];
          for await (const chunk of answer.body) chunks.push(chunk);
          return { answer: { ...answer, body: replay(chunks) }, body: parse(Buffer.concat(chunks)) };
        },
      ),
    open: async (request) => {
      throw refusal("open", request.path);
    },
    upgrade: async (request) => {
      throw refusal("upgrade", request.path);
    },
    close: () => inner.close(),
  };
}

/** Whether a request changes nothing, so that a plan lets it pass. */
function isRead(request: Pick<ApiRequest, "method" | "path">): boolean {
  if (READS.has(request.method)) return true;
  const info = requestInfo(request.method, request.path);
  return (
    info.isResourceRequest &&
    REVIEW_GROUPS.has(info.apiGroup) &&
    info.verb === "create" &&
    info.resource.endsWith("reviews")
  );
}

/** Whether a write is only tried. Of a deletion its body tells, which a server heeds before the query. */
function isDryRun(request: ApiRequest): boolean {
  if (request.query?.dryRun !== "All") return false;
  if (request.method !== "DELETE" || typeof request.body !== "string") return request.method !== "DELETE";
  const options = parse(Buffer.from(request.body));
  return typeof options === "object" && options !== null && "dryRun" in options && Array.isArray(options.dryRun);
}

/** The same write as a dry run. A body of DeleteOptions is obeyed instead of the query, so it is changed too. */
function asDryRun(request: ApiRequest): ApiRequest {
  const info = requestInfo(request.method, request.path);
  if (!info.isResourceRequest || info.subresource === "proxy" || info.verb === "proxy") {
    throw refusal(request.method, request.path);
  }
  // Servers take no notice of the dry run here, and issue a token that is as good as any.
  if (info.resource === "serviceaccounts" && info.subresource === "token") throw refusal(request.method, request.path);
  const { rawQuery: _, ...rest } = request;
  const dry = { ...rest, query: { ...request.query, dryRun: "All" } };
  if (request.method !== "DELETE" || request.body === undefined) return dry;
  const { body } = request;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) throw refusal(request.method, request.path);
  const options = parse(typeof body === "string" ? Buffer.from(body) : body);
  if (typeof options !== "object" || options === null) throw refusal(request.method, request.path);
  return { ...dry, body: JSON.stringify({ ...options, dryRun: ["All"] }) };
}

async function currentObject(
  inner: Transport,
  request: ApiRequest,
  options: CallOptions | undefined,
): Promise<unknown> {
  const info = requestInfo(request.method, request.path);
  if (!info.isResourceRequest || request.method === "POST" || info.name === "") return undefined;
  const answer = await inner.send(
    { method: "GET", path: request.path, headers: { accept: "application/json" } },
    options,
  );
  return answer.status === 200 ? parse(answer.body) : undefined;
}

function refusal(method: string, path: string): UsageError {
  return new UsageError("NO_DRY_RUN", `Cannot plan ${method} ${path}: there is no dry run for it`, {
    hint: "Run the script instead of planning it, or keep this call out of the plan.",
  });
}

function parse(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function* replay(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
