/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
import { isDeepStrictEqual } from "node:util";
import type { UnknownObject } from "../../core/object.ts";
import { AbortError, isApiError, UsageError } from "../../errors.ts";
import type { ApplyOptions } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import { eachAtOnce, forMany } from "../at-once.ts";
import type { OperationContext } from "../context.ts";
import { listed, retold } from "../retold.ts";
import { awaitDefinitions } from "./definitions.ts";
import { Inventory, type PruneOptions, type Stray } from "./inventory.ts";
import { type Manifest, type ManifestSource, type ReadOptions, readManifests } from "./manifests.ts";
import { objectDiff } from "./object-diff.ts";
import { DEFINITION_RANK, inRanks, inReverseRanks, NAMESPACE_RANK, rankOf } from "./order.ts";
import { isAboutObject, problemsError } from "./problems.ts";
import { awaitSettled } from "./settle.ts";
import { definedKinds, kindOf, type Located, locate, type Problem, type Target } from "./targets.ts";
import { AT_ONCE, applyOptions, type Trial, tryAll } from "./trial.ts";

export type { ManifestSource } from "./manifests.ts";

/** How manifests are applied. */
export interface ApplyManifestsOptions extends ApplyOptions, ReadOptions, PruneOptions {
  /**
   * Asks the server about every object, as a dry run, before the first is written: one more request for each. Default
   * true.
   */
  readonly validate?: boolean | undefined;
  /** What of fields that the server does not know. Default `Strict`, as kubectl: they are refused. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
  /** Then waits until every object is in working order, and what was pruned is gone. Default false. */
  readonly wait?: boolean | undefined;
  /** How long to wait for that. Default 300 000. */
  readonly timeoutMs?: number | undefined;
  /** How long to wait for a definition that was just applied to be served. Default 10 000. */
  readonly definitionTimeoutMs?: number | undefined;
}

/** What became of one object. */
export interface AppliedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Of a dry run, what would become of it; `untried` where its definition would have to be there for that. */
  readonly action: "created" | "configured" | "unchanged" | "pruned" | "untried";
  /** As the server has it now; as it was, when pruned. Not enumerable, so that the report prints as a table. */
  readonly object: UnknownObject;
}

/** How long a server may take to check by a definition that was just changed. */
const DEFINITION_SETTLES_MS = 2000;
/** How long a new namespace may take to get its service account. */
const ACCOUNT_COMES_MS = 5000;
const POLL_MS = 100;

/**
 * Server-side apply of every object of the sources, in an order that works. All documents are read, and the server is
 * asked about all of them, before the first is written. Whatever ends it early, the error says what was applied.
 */
export async function applyManifests(
  operation: OperationContext,
  source: ManifestSource,
  given: ApplyManifestsOptions = {},
): Promise<AppliedObject[]> {
  const options = { ...given, signal: forMany(given.signal) };
  const manifests = await readManifests(source, options);
  const inventory = await Inventory.open(operation, options);
  const members =
    inventory === undefined
      ? manifests
      : manifests.map((one) => ({ ...one, object: inventory.adopt(one.object, one.origin) }));
  const task = operation.showProgress(`applying ${members.length === 1 ? "an object" : `${members.length} objects`}`);
  const run = new ApplyRun(operation, members, inventory, options, task);
  try {
    return await run.all();
  } catch (error) {
    throw run.explain(error);
  } finally {
    task.end();
  }
}

/** An apply under way, and what it has done so far. */
class ApplyRun {
  readonly #operation: OperationContext;
  readonly #manifests: readonly Manifest[];
  readonly #inventory: Inventory | undefined;
  readonly #options: ApplyManifestsOptions;
  readonly #task: ProgressTask;
  readonly #dryRun: boolean;
  readonly #report: AppliedObject[] = [];
  readonly #trials = new Map<Target, Trial>();
  /** Asked for and not answered. */
  readonly #sending = new Set<Target>();
  readonly #written = new Set<Manifest>();
  #begun = false;
  #writtenAll = false;

  constructor(
    operation: OperationContext,
    manifests: readonly Manifest[],
    inventory: Inventory | undefined,
    options: ApplyManifestsOptions,
    task: ProgressTask,
  ) {
    this.#operation = operation;
    this.#manifests = manifests;
    this.#inventory = inventory;
    this.#options = options;
    this.#task = task;
    this.#dryRun = operation.storesNothing || options.dryRun === true;
  }

  async all(): Promise<AppliedObject[]> {
    const { validate = true } = this.#options;
    const located = await locate(this.#operation, this.#manifests, this.#options);
    // Their definitions are among the manifests; until these are there, nothing is known of them.
    const defined = definedKinds(this.#manifests);
    const late = located.unknown.filter(({ manifest }) => defined.has(kindOf(manifest)));
    const hopeless = [...located.problems, ...located.unknown.filter((one) => !late.includes(one))];
    const { targets } = located;
    if (validate || this.#dryRun) await this.#check(targets, hopeless);
    this.#refuse(hopeless, "Nothing was written.");
    if (this.#dryRun) return this.#dryReport(targets, late);
    await this.#writeBase(targets);
    const all = [...targets, ...(await this.#locateLate(late))];
    const rest = all.filter(({ object }) => rankOf(object) > DEFINITION_RANK);
    const unchecked = rest.filter((one) => !this.#trials.has(one));
    const served = new Set(targets.map(({ manifest }) => kindOf(manifest)));
    if (validate) await this.#checkLate(unchecked, served);
    for (const rank of inRanks(rest)) await this.#writeAll(rank);
    this.#writtenAll = true;
    const strays = await this.#prune(all);
    const task = this.#task;
    if (this.#options.wait === true) await awaitSettled(this.#operation, all, strays, { ...this.#options, task });
    return this.#report;
  }

  /** Asks about all that can be asked about now: not those whose definition is to change. */
  async #check(targets: readonly Target[], hopeless: Problem[]): Promise<void> {
    this.#task.update("asking the server about them");
    const definitions = targets.filter(({ object }) => rankOf(object) === DEFINITION_RANK);
    await this.#try(definitions, hopeless);
    const changed = definitions.filter((one) => {
      const { before, after } = this.#trials.get(one) ?? {};
      return objectDiff(before, after) !== "";
    });
    const kinds = definedKinds(changed.map(({ manifest }) => manifest));
    const others = targets.filter((one) => !definitions.includes(one));
    await this.#try(
      others.filter(({ manifest }) => !kinds.has(kindOf(manifest))),
      hopeless,
    );
  }

  async #try(targets: readonly Target[], problems: Problem[]): Promise<void> {
    const { signal } = this.#options;
    const planned = this.#operation.storesNothing && !this.#operation.isDryRun;
    const found = await tryAll(this.#operation, inRanks(targets).flat(), {
      ...this.#options,
      signal,
      memberOf: this.#inventory?.id,
      // A plan lists what is asked, in its order: nothing that is not meant, and one after the other.
      elsewhere: !planned,
      atOnce: planned ? 1 : AT_ONCE,
    });
    for (const trial of found.trials) this.#trials.set(trial.target, trial);
    problems.push(...found.problems);
  }

  #refuse(problems: readonly Problem[], state: string): void {
    const inOrder = problems.toSorted(
      (left, right) => this.#manifests.indexOf(left.manifest) - this.#manifests.indexOf(right.manifest),
    );
    const error = problemsError("apply", inOrder, this.#manifests.length, state);
    if (error !== undefined) throw error;
  }

  /** Namespaces and definitions, which others need; and the set's own list before what is listed. */
  async #writeBase(targets: readonly Target[]): Promise<void> {
    const base = targets.filter(({ object }) => rankOf(object) <= DEFINITION_RANK);
    const namespaces = base.filter(({ object }) => rankOf(object) === NAMESPACE_RANK);
    const definitions = base.filter((one) => !namespaces.includes(one));
    const parent = this.#inventory?.parent.namespace;
    const makesParents = namespaces.some((one) => one.name === parent && this.#trials.get(one)?.before === undefined);
    if (!makesParents) await this.#announce(targets);
    await this.#writeAll(namespaces);
    if (makesParents) await this.#announce(targets);
    await this.#writeAll(definitions);
    if (definitions.length > 0) this.#task.update("waiting for definitions to be served");
    await awaitDefinitions(definitions, this.#options);
  }

  async #announce(targets: readonly Target[]): Promise<void> {
    await this.#inventory?.announce(targets, this.#options);
  }

  /** A kind whose definition was applied a moment ago is served a moment later. */
  async #locateLate(late: readonly Problem[]): Promise<Target[]> {
    if (late.length === 0) return [];
    const { signal, definitionTimeoutMs = 10_000 } = this.#options;
    const { timing } = this.#operation;
    const until = timing.now() + definitionTimeoutMs;
    const manifests = late.map(({ manifest }) => manifest);
    for (;;) {
      const { targets, unknown, problems }: Located = await locate(this.#operation, manifests, this.#options);
      const isOver = timing.now() >= until;
      this.#refuse(isOver ? [...problems, ...unknown] : problems, NO_MORE);
      if (unknown.length === 0) {
        await this.#announce([...this.#trials.keys(), ...targets]);
        return [...targets];
      }
      await timing.sleep(POLL_MS, signal);
    }
  }

  /**
   * Asks about those whose definition was made or changed by now, before anything else is written.
   * @param served kinds that had a definition before
   */
  async #checkLate(targets: readonly Target[], served: ReadonlySet<string>): Promise<void> {
    const { timing } = this.#operation;
    const until = timing.now() + DEFINITION_SETTLES_MS;
    for (;;) {
      const problems: Problem[] = [];
      await this.#try(targets, problems);
      if (problems.length === 0) return;
      // A new kind may take a moment to be served, a known one to be checked by its new definition.
      const settles = problems.every(
        ({ manifest, error }) => (isApiError(error) && error.httpStatus === 404) || served.has(kindOf(manifest)),
      );
      if (!settles || timing.now() >= until) this.#refuse(problems, NO_MORE);
      await timing.sleep(POLL_MS, this.#options.signal);
    }
  }

  async #writeAll(targets: readonly Target[]): Promise<void> {
    const done: { readonly index: number; readonly entry: AppliedObject }[] = [];
    try {
      await eachAtOnce(
        targets,
        AT_ONCE,
        async (target, index) => {
          done.push({ index, entry: await this.#write(target) });
        },
        this.#options.signal,
      );
    } finally {
      this.#report.push(...done.toSorted((left, right) => left.index - right.index).map(({ entry }) => entry));
    }
  }

  async #write(target: Target): Promise<AppliedObject> {
    const { client, name, manifest, label } = target;
    const { signal } = this.#options;
    const trial = this.#trials.get(target);
    const before = trial === undefined ? await client.find(name, { signal }) : trial.before;
    this.#begun = true;
    this.#sending.add(target);
    this.#task.update(`${this.#written.size} of ${this.#manifests.length}; ${label}`);
    try {
      const after = await this.#send(target);
      this.#sending.delete(target);
      this.#written.add(manifest);
      return entryOf(after, actionOf(before, after));
    } catch (error) {
      // An answer says that nothing was stored.
      if (isApiError(error)) this.#sending.delete(target);
      throw isAboutObject(error) ? problemsError("apply", [{ manifest, error }], 1, "") : error;
    }
  }

  async #send({ client, object }: Target): Promise<UnknownObject> {
    const { timing } = this.#operation;
    const until = timing.now() + ACCOUNT_COMES_MS;
    for (;;) {
      try {
        return await client.apply(object, applyOptions(this.#options));
      } catch (error) {
        // A pod in a namespace that was made a moment ago: its service account comes a moment later.
        const comes =
          object.kind === "Pod" && isApiError(error) && /serviceaccount "default" not found/.test(error.message);
        if (!comes || timing.now() >= until) throw error;
        await timing.sleep(POLL_MS, this.#options.signal);
      }
    }
  }

  async #prune(targets: readonly Target[]): Promise<Stray[]> {
    const inventory = this.#inventory;
    if (inventory === undefined) return [];
    const { signal } = this.#options;
    this.#task.update("pruning");
    const strays = await inventory.strays(targets, signal);
    const dryRun = this.#dryRun;
    for (const rank of inReverseRanks(strays)) {
      await eachAtOnce(
        rank,
        AT_ONCE,
        async ({ client, object }) => {
          const { name = "", uid } = object.metadata ?? {};
          const preconditions = uid === undefined ? undefined : { uid };
          const propagationPolicy = "Background";
          await client.delete(name, { signal, dryRun, preconditions, propagationPolicy }).catch(unlessGone);
          this.#report.push(entryOf(object, "pruned"));
        },
        signal,
      );
    }
    if (!dryRun) await inventory.settle(targets, this.#options);
    return strays;
  }

  /** What a dry run has shown. */
  async #dryReport(targets: readonly Target[], late: readonly Problem[]): Promise<AppliedObject[]> {
    const untried: Manifest[] = late.map(({ manifest }) => manifest);
    for (const target of inRanks(targets).flat()) {
      const { before, after } = this.#trials.get(target) ?? {};
      if (after !== undefined) this.#report.push(entryOf(after, actionOf(before, after)));
      else if (this.#operation.isDryRun || this.#options.dryRun === true) {
        // Where it is still to be made it was tried by itself, save those whose definition is to change.
        const action = this.#trials.has(target) ? "created" : "untried";
        this.#report.push(
          entryOf(
            { ...target.object, metadata: { ...target.object.metadata, namespace: target.namespace } as object },
            action,
          ),
        );
      } else untried.push(target.manifest);
    }
    for (const { manifest } of late) this.#report.push(entryOf(manifest.object, "untried"));
    await this.#prune(targets);
    const isPlan = !this.#operation.isDryRun && this.#options.dryRun !== true;
    if (!isPlan || untried.length === 0) return this.#report;
    const names = listed(
      untried.map(({ object, origin }) => `${object.kind} "${object.metadata?.name ?? ""}" (${origin})`),
    );
    throw new UsageError(
      "USAGE",
      `Cannot plan to apply ${names}: a namespace or definition that it needs is only made by the run`,
      {
        hint: "Everything else is in the plan.",
      },
    );
  }

  /** The same failure, saying what was done; one from before anything was written stays as it is. */
  explain(error: unknown): unknown {
    if (!this.#begun || this.#dryRun) return error;
    const total = this.#manifests.length;
    if (this.#writtenAll) {
      const hint = `${total === 1 ? "The object was" : `All ${total} objects were`} applied.`;
      return retold(
        error,
        (error as Error).message,
        [(error as { hint?: string }).hint, hint].filter(Boolean).join(" "),
      );
    }
    const open = [...this.#sending].map(({ manifest }) => manifest);
    const rest = this.#manifests.filter((one) => !this.#written.has(one) && !open.includes(one));
    const parts = [
      `${this.#written.size} of ${total} objects were applied${this.#written.size === 0 ? "" : `: ${namesOf([...this.#written])}`}`,
      ...(open.length === 0 ? [] : [`not known whether: ${namesOf(open)}`]),
      ...(rest.length === 0 ? [] : [`not applied: ${namesOf(rest)}`]),
    ];
    const what = error instanceof AbortError ? "The apply was interrupted" : (error as Error).message;
    const hint = "Apply again to go on: what is as wanted already stays so.";
    const said = (error as { hint?: string }).hint;
    return retold(error, `${what}\n  ${parts.join("\n  ")}`, said === undefined ? hint : `${said} ${hint}`);
  }
}

const NO_MORE = "Only namespaces and definitions were written.";

function namesOf(manifests: readonly Manifest[]): string {
  return listed(manifests.map(({ object }) => `${object.kind} "${object.metadata?.name ?? ""}"`));
}

function entryOf(object: UnknownObject, action: AppliedObject["action"]): AppliedObject {
  const { kind = "", metadata } = object;
  const entry = { kind, namespace: metadata?.namespace, name: metadata?.name ?? "", action };
  return Object.defineProperty(entry, "object", { value: object }) as AppliedObject;
}

/** By what its author decides: others may have written meanwhile, and a dry run has no version of its own. */
function actionOf(before: UnknownObject | undefined, after: UnknownObject): AppliedObject["action"] {
  if (before === undefined) return "created";
  return isDeepStrictEqual(authored(before), authored(after)) ? "unchanged" : "configured";
}

function authored({ status: _, ...object }: UnknownObject): UnknownObject {
  const { managedFields: __, resourceVersion: ___, generation: ____, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}

function unlessGone(error: unknown): void {
  if (!isApiError(error) || error.httpStatus !== 404) throw error;
}
