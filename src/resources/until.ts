import { abortError } from "../core/abort.ts";
import type { KubernetesObject } from "../core/object.ts";
import { KubescriptError, TimeoutError } from "../errors.ts";
import type { ResourceClient } from "./client.ts";
import { deadline } from "./deadline.ts";
import type { CallScope } from "./options.ts";

/** What a check says of an object's present state; undefined stands for absence. */
export type Verdict<R> =
  | { readonly type: "done"; readonly value: R }
  /** Not yet; `progress` is told when time runs out. */
  | { readonly type: "pending"; readonly progress?: string }
  /** It can no longer come true. */
  | { readonly type: "failed"; readonly reason: string };

export interface UntilOptions extends CallScope {
  /** Undefined waits without limit, 0 checks once. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Watches one object until a check is done. Every state that the watch shows is checked, beginning with the present.
 * @param goal what is waited for, as the end of "… waiting for pods "web" to …"
 */
export async function until<T extends KubernetesObject, R>(
  client: ResourceClient<T>,
  name: string,
  goal: string,
  check: (object: T | undefined) => Verdict<R> | Promise<Verdict<R>>,
  options: UntilOptions = {},
): Promise<R> {
  const label = `${(await client.resource()).name} "${name}"`;
  let progress = "";
  const { timeoutMs } = options;
  const late = (): TimeoutError => {
    const last = progress === "" ? "" : `: ${progress}`;
    return new TimeoutError(`Timed out after ${(timeoutMs ?? 0) / 1000} s waiting for ${label} to ${goal}${last}`);
  };
  const limit = deadline(client.timing, options.signal, timeoutMs, late);
  const task = client.showProgress(`waiting for ${label} to ${goal}`);
  const judge: Judge<T, R> = async (object) => {
    const verdict = await check(object);
    if (verdict.type === "done") return { value: verdict.value };
    if (verdict.type === "failed") {
      throw new KubescriptError("WAIT_FAILED", `Cannot wait for ${label} to ${goal}: ${verdict.reason}`);
    }
    progress = verdict.progress ?? "";
    task.update(progress);
    return undefined;
  };
  try {
    if (timeoutMs !== 0) return await watchUntil(client, name, judge, { ...options, signal: limit.signal });
    const result = await judge(await client.find(name, options));
    if (result === undefined) throw late();
    return result.value;
  } finally {
    task.end();
    limit.end();
  }
}

/** Undefined goes on waiting. */
type Judge<T, R> = (object: T | undefined) => Promise<{ readonly value: R } | undefined>;

async function watchUntil<T extends KubernetesObject, R>(
  client: ResourceClient<T>,
  name: string,
  judge: Judge<T, R>,
  options: CallScope,
): Promise<R> {
  const { signal, namespace } = options;
  let present: T | undefined;
  for await (const event of client.watch({ fields: { "metadata.name": name }, namespace, signal })) {
    if (event.type === "DESYNCED") continue;
    if (event.type === "SYNCED") {
      // Absence is only certain when the present state is complete.
      const result = present === undefined ? await judge(undefined) : undefined;
      if (result !== undefined) return result.value;
      continue;
    }
    present = event.type === "DELETED" ? undefined : event.object;
    const result = await judge(present);
    if (result !== undefined) return result.value;
  }
  throw abortError(signal);
}

/** Waits until an object is gone, or another has taken its name. */
export async function untilGone<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: UntilOptions & { readonly uid?: string | undefined } = {},
): Promise<void> {
  const { uid } = options;
  await until<T, true>(
    client,
    name,
    "be deleted",
    (object) => {
      if (object === undefined || (uid !== undefined && object.metadata?.uid !== uid))
        return { type: "done", value: true };
      const finalizers = object.metadata?.finalizers ?? [];
      return finalizers.length === 0
        ? { type: "pending" }
        : { type: "pending", progress: `it is held by finalizers ${finalizers.join(", ")}` };
    },
    {
      namespace: options.namespace,
      signal: options.signal,
      timeoutMs: options.timeoutMs === 0 ? undefined : options.timeoutMs,
    },
  );
}
