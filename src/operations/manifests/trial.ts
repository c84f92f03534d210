/** Asks the server about objects before any is written. */
import type { UnknownObject } from "../../core/object.ts";
import { isApiError, UsageError } from "../../errors.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { OperationContext } from "../context.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import { PART_OF } from "./apply-set.ts";
import { rankOf } from "./order.ts";
import { isAboutObject } from "./problems.ts";
import type { Problem, Target } from "./targets.ts";
import type { Writing } from "./writing.ts";

/** Requests under way at once. */
export const AT_ONCE = 16;

/** What the server would make of one object. */
export interface Trial {
  readonly target: Target;
  /** As the server has it; undefined where there is none. */
  readonly before: UnknownObject | undefined;
  /** As it would have it; undefined where that cannot be asked before others are there. */
  readonly after: UnknownObject | undefined;
}

export interface TrialOptions extends Pick<WriteOptions, "signal" | "fieldManager" | "fieldValidation"> {
  readonly force?: boolean | undefined;
  /** The id of the ApplySet that the objects are to belong to. */
  readonly memberOf?: string | undefined;
  /** Also asks about objects whose namespace is not there yet, by creating them elsewhere as a dry run. */
  readonly elsewhere?: boolean | undefined;
  /** A plan is made of this run: what is tried is what would be written, and the plan makes the dry run of it. */
  readonly planned?: boolean | undefined;
  /** Requests under way at once. Default {@link AT_ONCE}. */
  readonly atOnce?: number | undefined;
}

/**
 * Writes each object as a dry run. What fails because another of the objects is still to be made (its namespace, a
 * ServiceAccount, a PriorityClass) is no problem: it has no `after`.
 */
export async function tryAll(
  writing: Writing,
  operation: OperationContext,
  targets: readonly Target[],
  options: TrialOptions,
): Promise<{ readonly trials: Trial[]; readonly problems: Problem[] }> {
  const trials = new Map<Target, Trial>();
  const failures = new Map<Target, unknown>();
  const isNew = (one: Target): boolean =>
    writing.makes && trials.get(one)?.before === undefined && !isTaken(failures.get(one));
  const run = async (target: Target, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isAboutObject(error) && !(error instanceof UsageError)) throw error;
      failures.set(target, error);
    }
  };
  const namespaces = targets.filter(({ object }) => object.kind === "Namespace" && rankOf(object) === 0);
  const others = targets.filter((one) => !namespaces.includes(one));
  const tryOne = (target: Target): Promise<void> =>
    run(target, async () => {
      const before = await writing.before(target, options.signal);
      trials.set(target, { target, before, after: undefined });
      requireFree(target, before, options);
      const dryRun = options.planned !== true;
      const after = await writing.send(target, { ...writeOptions(options), dryRun });
      trials.set(target, { target, before, after });
    });
  const { atOnce = AT_ONCE } = options;
  await eachAtOnce(namespaces, atOnce, tryOne, options.signal);
  const missing = new Set(namespaces.filter(isNew).map(({ name }) => name));
  const tryElsewhere = (target: Target): Promise<void> =>
    run(target, async () => {
      trials.set(target, { target, before: undefined, after: undefined });
      if (options.elsewhere === true) await createElsewhere(operation, target, missing, options);
    });
  await eachAtOnce(
    others,
    atOnce,
    (target) => (missing.has(target.namespace ?? "") ? tryElsewhere(target) : tryOne(target)),
    options.signal,
  );
  const made = targets.filter((one) => isNew(one));
  const problems = [...failures]
    .filter(([target, error]) => !awaitsAnother(target, error, made))
    .map(([{ manifest }, error]) => ({ manifest, error }));
  const inOrder = targets.flatMap((target) => trials.get(target) ?? []);
  return { trials: inOrder, problems };
}

export function writeOptions({ signal, fieldManager, fieldValidation, force }: TrialOptions): TrialOptions {
  return { signal, fieldManager, force, fieldValidation: fieldValidation ?? "Strict" };
}

function isTaken(failure: unknown): boolean {
  return isApiError(failure) && failure.reason === "AlreadyExists";
}

/** What another set keeps an inventory of is not taken from it in silence. */
function requireFree({ label }: Target, before: UnknownObject | undefined, options: TrialOptions): void {
  const owner = before?.metadata?.labels?.[PART_OF];
  if (options.memberOf === undefined || owner === undefined || owner === options.memberOf || options.force) return;
  throw new UsageError("INVALID_INPUT", `Cannot take ${label} into the ApplySet: it is part of another one, ${owner}`, {
    hint: "Leave it to that set, or take it over with force: true.",
  });
}

/**
 * Checks an object whose namespace does not exist by creating it as a dry run in one that does. Only what is said of
 * its fields counts: rights, quotas and names taken are those of the other namespace.
 */
async function createElsewhere(
  operation: OperationContext,
  { client, object }: Target,
  missing: ReadonlySet<string>,
  options: TrialOptions,
): Promise<void> {
  const { scope } = operation;
  const own = scope.type === "namespace" && !missing.has(scope.namespace) ? scope.namespace : "default";
  const { namespace: _, uid: __, resourceVersion: ___, ownerReferences: ____, ...metadata } = object.metadata ?? {};
  const { signal, fieldManager, fieldValidation } = writeOptions(options);
  try {
    await client.in(own).create({ ...object, metadata }, { signal, fieldManager, fieldValidation, dryRun: true });
  } catch (error) {
    if (!isApiError(error) || ![400, 422].includes(error.httpStatus)) {
      if (isAboutObject(error)) return;
      throw error;
    }
    if (!/admission webhook|denied the request/.test(error.message)) throw error;
  }
}

/** Whether a refusal names something that is to be made before the object. */
function awaitsAnother(target: Target, error: unknown, made: readonly Target[]): boolean {
  if (!isApiError(error) || (error.httpStatus !== 403 && error.httpStatus !== 404)) return false;
  const words = new Set(error.message.match(/[\w.:-]+/g)?.flatMap((word) => [word, word.replace(/[.:]+$/, "")]));
  const rank = rankOf(target.object);
  return made.some(
    (other) =>
      other !== target &&
      rankOf(other.object) < rank &&
      words.has(other.name) &&
      mentionsKind(error.message, other.object.kind ?? ""),
  );
}

function mentionsKind(message: string, kind: string): boolean {
  return message.toLowerCase().replaceAll(" ", "").includes(kind.toLowerCase());
}
