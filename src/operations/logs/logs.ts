import { throwIfAborted } from "../../core/abort.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource, objectPath } from "../../core/path.ts";
import type { ApiRequest } from "../../core/request.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { apiErrorFromStream, isSuccess } from "../../transport/api-error.ts";

/** One line of a container's log. */
export interface LogLine {
  readonly pod: string;
  readonly container: string;
  /** Without its newline; with the time in front when `timestamps` were asked for. */
  readonly line: string;
}

/** What of the log, as kubectl's flags of the same names. */
export interface LogOptions {
  /** Which container; may be left out where the pod has one, or names a default by annotation. */
  readonly container?: string | undefined;
  /** Goes on until the container ends. Default false. */
  readonly follow?: boolean | undefined;
  /** Only so many lines from the end. Default: all that is kept. */
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  readonly limitBytes?: number | undefined;
  readonly timestamps?: boolean | undefined;
  /** The log of the container's run before this one. Default false. */
  readonly previous?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface PodLike extends KubernetesObject {
  spec?: { containers?: { name?: string }[] };
}

/** kubectl honours it too: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container */
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/**
 * The lines of one container's log as they come; the server sends no faster than the loop reads, and no more than a
 * line is held. Leaving the loop closes the connection. Throws ApiError, ConnectionError, AbortError, and UsageError
 * where a container must be named.
 */
export async function* podLogs(
  pods: ResourceClient<PodLike>,
  name: string,
  options: LogOptions = {},
): AsyncGenerator<LogLine, void, undefined> {
  const client = options.namespace === undefined ? pods : pods.in(options.namespace);
  const { signal } = options;
  const resource = await client.resource();
  if (resource.group !== "" || resource.name !== "pods") {
    throw new UsageError("USAGE", `Cannot read the log of ${groupResource(resource)} "${name}": only pods have one`, {
      hint: "List its pods by their labels, and read theirs: k8s.pods.list({ labels: … }).",
    });
  }
  const pod = await client.get(name, { signal });
  const container = options.container ?? onlyContainer(pod, name);
  const request: ApiRequest = {
    method: "GET",
    path: objectPath(resource, pod.metadata?.namespace, name, "log"),
    query: {
      container,
      follow: options.follow || undefined,
      tailLines: options.tailLines,
      sinceSeconds: options.sinceSeconds,
      sinceTime: options.sinceTime,
      limitBytes: options.limitBytes,
      timestamps: options.timestamps || undefined,
      previous: options.previous || undefined,
    },
  };
  const answer = await client.transport.stream(request, { signal });
  if (!isSuccess(answer.status)) throw await apiErrorFromStream(answer, request);
  for await (const line of lines(answer.body)) yield { pod: name, container, line };
  throwIfAborted(signal);
}

function onlyContainer(pod: PodLike, name: string): string {
  const names = (pod.spec?.containers ?? []).map((container) => container.name ?? "");
  const chosen = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UsageError("INVALID_INPUT", `Cannot read the log of pod "${name}": it has ${names.length} containers`, {
    hint: `Say which: { container: ${names.map((one) => JSON.stringify(one)).join(" | ")} }`,
  });
}

/** Lines of UTF-8 text; a last one without its newline counts, for a container may end without. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
