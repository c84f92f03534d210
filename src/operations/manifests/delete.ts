import type { UnknownObject } from "../../core/object.ts";
import { AbortError, isApiError, isKubescriptError, TimeoutError } from "../../errors.ts";
import { requireTimeLimit } from "../../resources/deadline.ts";
import { isStatus } from "../../resources/deletion.ts";
import type { DeleteOptions } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import type { OperationContext } from "../context.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import { listed, retold } from "../shared/retold.ts";
import { goneJudge } from "../wait/judge.ts";
import { runWait } from "../wait/wait.ts";
import { groupsByClient } from "../wait/wait-across.ts";
import type { Manifest, ManifestSource, ReadOptions } from "./manifests.ts";
import { inReverseRanks } from "./order.ts";
import { isAboutObject, problemsError } from "./problems.ts";
import { readFor } from "./read-for.ts";
import { locate, type Problem, type Target } from "./targets.ts";
import { AT_ONCE } from "./trial.ts";

/** How the objects of manifests are deleted. */
export interface DeleteManifestsOptions extends Omit<DeleteOptions, "preconditions">, ReadOptions {
  /** Waits until each is gone, before the turn of what it stands on. Default true, as `kubectl delete`. */
  readonly wait?: boolean | undefined;
  /** How long to wait, for all together. Default, and for 0: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
  /** What is not there is no failure. Default false. */
  readonly ignoreNotFound?: boolean | undefined;
  /** Told of each object as soon as the server has taken its deletion, or has said that there is none. */
  readonly onProgress?: ((deleted: DeletedObject) => void) | undefined;
}

/** What became of one object. */
export interface DeletedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** `absent` where there was none. */
  readonly action: "deleted" | "absent";
  /** As its manifest has it. Not enumerable, so that the report prints as a table. */
  readonly object: UnknownObject;
}

/**
 * Deletes the objects of manifests in the reverse of the order in which they are applied. One that cannot be deleted
 * keeps no other: in the end an error names those, and what was done.
 */
export async function deleteManifests(
  operation: OperationContext,
  source: ManifestSource,
  options: DeleteManifestsOptions = {},
): Promise<DeletedObject[]> {
  requireTimeLimit(options.timeoutMs);
  const manifests = await readFor(operation, source, options);
  const task = operation.showProgress(
    `deleting ${manifests.length === 1 ? "an object" : `${manifests.length} objects`}`,
  );
  const run = new DeleteRun(operation, manifests, options, task);
  try {
    return await run.all();
  } finally {
    task.end();
  }
}

class DeleteRun {
  readonly #operation: OperationContext;
  readonly #manifests: readonly Manifest[];
  readonly #options: DeleteManifestsOptions;
  readonly #task: ProgressTask;
  readonly #report: DeletedObject[] = [];
  /** What the server has taken the deletion of, or has none of. */
  readonly #answered = new Map<Manifest, DeletedObject["action"]>();
  readonly #failures: Problem[] = [];
  /** Asked to go, and not yet gone or known to be; with the uid, once the server has told it. */
  readonly #leaving = new Map<Target, string | undefined>();
  readonly #over: number;

  constructor(
    operation: OperationContext,
    manifests: readonly Manifest[],
    options: DeleteManifestsOptions,
    task: ProgressTask,
  ) {
    this.#operation = operation;
    this.#manifests = manifests;
    this.#options = options;
    this.#task = task;
    this.#over = operation.timing.now() + (options.timeoutMs || Number.POSITIVE_INFINITY);
  }

  async all(): Promise<DeletedObject[]> {
    const { ignoreNotFound = false } = this.#options;
    const { targets, unknown, problems } = await locate(this.#operation, this.#manifests, this.#options);
    const misaddressed = problemsError("delete", problems, this.#manifests.length, "Nothing was deleted.");
    if (misaddressed !== undefined) throw misaddressed;
    // There are no objects of a kind that is not served.
    for (const problem of unknown) {
      if (ignoreNotFound) this.#record(problem.manifest, undefined, "absent");
      else this.#failures.push(problem);
    }
    try {
      for (const rank of inReverseRanks(targets)) await this.#deleteRank(rank);
    } catch (error) {
      throw this.#explain(error);
    }
    if (this.#failures.length > 0) throw this.#incomplete();
    return this.#report;
  }

  async #deleteRank(targets: readonly Target[]): Promise<void> {
    const { signal, wait = true, dryRun } = this.#options;
    await eachAtOnce(targets, AT_ONCE, (target) => this.#delete(target), signal);
    if (!wait || dryRun === true || this.#operation.storesNothing) {
      this.#leaving.clear();
      return;
    }
    const left = this.#over - this.#operation.timing.now();
    const timeoutMs = Number.isFinite(left) ? Math.max(left, 1) : -1;
    await runWait(
      groupsByClient([...this.#leaving.keys()]),
      goneJudge([...this.#leaving.values()]),
      { signal, timeoutMs },
      { toldMs: this.#options.timeoutMs, task: this.#task },
    );
    this.#leaving.clear();
  }

  async #delete(target: Target): Promise<void> {
    const { namespace, manifest, label } = target;
    const { signal, propagationPolicy, gracePeriodSeconds, dryRun, ignoreNotFound = false } = this.#options;
    this.#leaving.set(target, undefined);
    this.#task.update(`${this.#report.length} of ${this.#manifests.length}; ${label}`);
    try {
      const answer = await target.client.delete(target.name, { signal, propagationPolicy, gracePeriodSeconds, dryRun });
      // A Status that names the object says that it is gone; what has to wait for something comes back itself.
      if (isStatus(answer) && answer.details?.uid !== undefined) this.#leaving.delete(target);
      else this.#leaving.set(target, isStatus(answer) ? undefined : answer.metadata?.uid);
      this.#record(manifest, namespace, "deleted");
    } catch (error) {
      if (isApiError(error)) this.#leaving.delete(target);
      if (!isAboutObject(error)) throw error;
      const isAbsent = isApiError(error) && error.httpStatus === 404;
      if (isAbsent && ignoreNotFound) this.#record(manifest, namespace, "absent");
      else this.#failures.push({ manifest, error });
    }
  }

  #record(manifest: Manifest, namespace: string | undefined, action: DeletedObject["action"]): void {
    this.#answered.set(manifest, action);
    const { object } = manifest;
    const { kind = "", metadata: { name = "" } = {} } = object;
    const entry = Object.defineProperty({ kind, namespace, name, action }, "object", {
      value: object,
    }) as DeletedObject;
    this.#report.push(entry);
    this.#options.onProgress?.(entry);
  }

  /** What could not be deleted, after all the others were. */
  #incomplete(): unknown {
    const absent = this.#failures.every(
      ({ error }) => isKubescriptError(error) && ["NOT_FOUND", "UNKNOWN_RESOURCE"].includes(error.code),
    );
    const done = this.#done();
    const hint = absent ? "Say { ignoreNotFound: true } where that is no failure." : undefined;
    const order = ({ manifest }: Problem): number => this.#manifests.indexOf(manifest);
    const failures = this.#failures.toSorted((left, right) => order(left) - order(right));
    const error = problemsError("delete", failures, this.#manifests.length, "");
    return isKubescriptError(error) ? retold(error, `${error.message}${done}`, hint ?? error.hint) : error;
  }

  #explain(error: unknown): unknown {
    if (this.#report.length === 0 && this.#leaving.size === 0) return error;
    const what = error instanceof AbortError ? "The deletion was interrupted" : (error as Error).message;
    const open = [...this.#leaving.keys()].map(({ manifest }) => manifest);
    const settled = new Set([...open, ...this.#answered.keys(), ...this.#failures.map(({ manifest }) => manifest)]);
    const rest = this.#manifests.filter((one) => !settled.has(one));
    const parts = [
      open.length === 0 ? "" : `\n  asked for and not known to be gone: ${listed(open.map(nameOf))}`,
      rest.length === 0 ? "" : `\n  not deleted: ${listed(rest.map(nameOf))}`,
    ];
    const hint =
      error instanceof TimeoutError || error instanceof AbortError
        ? "What was asked to go goes on leaving."
        : undefined;
    return retold(error, `${what}${this.#done()}${parts.join("")}`, hint);
  }

  #done(): string {
    const leaving = new Set([...this.#leaving.keys()].map(({ manifest }) => manifest));
    const done = [...this.#answered]
      .filter(([manifest, action]) => action === "deleted" && !leaving.has(manifest))
      .map(([manifest]) => nameOf(manifest));
    return `\n  ${done.length} of ${this.#manifests.length} objects were deleted${done.length === 0 ? "" : `: ${listed(done)}`}`;
  }
}

function nameOf({ object }: Manifest): string {
  return `${object.kind ?? ""} "${object.metadata?.name ?? ""}"`;
}
