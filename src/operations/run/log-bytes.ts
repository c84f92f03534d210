import { throwIfAborted } from "../../core/abort.ts";
import { objectPath } from "../../core/path.ts";
import type { ApiRequest } from "../../core/request.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { objectNamespace } from "../../resources/scope.ts";
import { apiErrorFromStream, isSuccess } from "../../transport/api-error.ts";
import type { Pod } from "../../types/core-v1.ts";

/** All that a container has printed, byte for byte, and with `follow` what it prints until it ends. */
export async function* logBytes(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const resource = await pods.resource();
  const namespace = objectNamespace(resource, pods.scope, "read the log of", name);
  const path = objectPath(resource, namespace, name, "log");
  const request: ApiRequest = { method: "GET", path, query: { container, follow: follow || undefined } };
  const answer = await pods.transport.stream(request, { signal });
  if (!isSuccess(answer.status)) throw await apiErrorFromStream(answer, request);
  yield* answer.body;
  throwIfAborted(signal);
}
