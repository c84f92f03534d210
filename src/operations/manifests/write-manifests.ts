import type { UnknownObject } from "../../core/object.ts";
import { isApiError } from "../../errors.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import type { OperationContext } from "../context.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import { requireWaitTime } from "../wait/wait.ts";
import { type AppliedObject, appliedObject } from "./applied-object.ts";
import type { ApplyManifestsOptions } from "./apply-options.ts";
import { awaitDefinitions } from "./definitions.ts";
import { dryReport, refuseHoles } from "./dry-report.ts";
import { Inventory, type Stray } from "./inventory.ts";
import type { Manifest, ManifestSource } from "./manifests.ts";
import { objectDiff } from "./object-diff.ts";
import { DEFINITION_RANK, inRanks, NAMESPACE_RANK, rankOf } from "./order.ts";
import { isAboutObject, problemsError } from "./problems.ts";
import { prune } from "./prune.ts";
import { readFor } from "./read-for.ts";
import { awaitSettled, isSettled } from "./settle.ts";
import { definedKinds, kindOf, type Located, locate, type Problem, type Target } from "./targets.ts";
import { AT_ONCE, type Trial, tryAll, writeOptions } from "./trial.ts";
import { WriteRecord } from "./write-record.ts";
import type { Writing } from "./writing.ts";

/** How long a server may take to check by a definition that was just changed. */
const DEFINITION_SETTLES_MS = 2000;
/** How long a new namespace may take to get its service account. */
const ACCOUNT_COMES_MS = 5000;
const POLL_MS = 100;

/**
 * Writes every object of the sources, in an order that works. All documents are read, and the server is asked about all
 * of them, before the first is written. Whatever ends it early, the error says what was written.
 */
export async function writeManifests(
  writing: Writing,
  operation: OperationContext,
  source: ManifestSource,
  options: ApplyManifestsOptions,
): Promise<AppliedObject[]> {
  requireWaitTime(options.timeoutMs);
  const manifests = await readFor(operation, source, { ...options, generatedNames: writing.verb === "create" });
  const inventory = await Inventory.open(operation, options);
  const members =
    inventory === undefined
      ? manifests
      : manifests.map((one) => ({ ...one, object: inventory.adopt(one.object, one.origin) }));
  const task = operation.showProgress(
    `${writing.doing} ${members.length === 1 ? "an object" : `${members.length} objects`}`,
  );
  const run = new WriteRun(writing, operation, members, inventory, options, task);
  try {
    return await run.all();
  } catch (error) {
    throw run.explain(error);
  } finally {
    task.end();
  }
}

/** A run under way, and what it has done so far. */
class WriteRun {
  readonly #writing: Writing;
  readonly #operation: OperationContext;
  readonly #manifests: readonly Manifest[];
  readonly #inventory: Inventory | undefined;
  readonly #options: ApplyManifestsOptions;
  readonly #task: ProgressTask;
  readonly #dryRun: boolean;
  readonly #record: WriteRecord;
  readonly #trials = new Map<Target, Trial>();
  /** As the server answered. */
  readonly #answers = new Map<Target, UnknownObject>();

  constructor(
    writing: Writing,
    operation: OperationContext,
    manifests: readonly Manifest[],
    inventory: Inventory | undefined,
    options: ApplyManifestsOptions,
    task: ProgressTask,
  ) {
    this.#writing = writing;
    this.#operation = operation;
    this.#manifests = manifests;
    this.#record = new WriteRecord(manifests, writing);
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
    const all = [...targets, ...(await this.#locateLate(late, targets))];
    const rest = all.filter(({ object }) => rankOf(object) > DEFINITION_RANK);
    const unchecked = rest.filter((one) => !this.#trials.has(one));
    const served = new Set(targets.map(({ manifest }) => kindOf(manifest)));
    if (validate) await this.#checkLate(unchecked, served);
    for (const rank of inRanks(rest)) await this.#writeAll(rank);
    const strays = await this.#prune(all);
    if (this.#options.wait === true) {
      const unsettled = all
        .filter((one) => !isSettled(this.#answers.get(one)))
        .map((one) => ({ client: one.client, name: this.#answers.get(one)?.metadata?.name ?? one.name }));
      await awaitSettled(this.#operation, unsettled, strays, { ...this.#options, task: this.#task });
    }
    return this.#record.report;
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
    const found = await tryAll(this.#writing, this.#operation, inRanks(targets).flat(), {
      ...this.#options,
      signal,
      planned: this.#isPlan,
      memberOf: this.#inventory?.id,
      // A plan lists what is asked, in its order: nothing that is not meant, and one after the other.
      elsewhere: !this.#isPlan,
      atOnce: this.#isPlan ? 1 : AT_ONCE,
    });
    for (const trial of found.trials) this.#trials.set(trial.target, trial);
    problems.push(...found.problems);
  }

  #refuse(problems: readonly Problem[], state: string): void {
    const inOrder = problems.toSorted(
      (left, right) => this.#manifests.indexOf(left.manifest) - this.#manifests.indexOf(right.manifest),
    );
    const error = problemsError(this.#writing.verb, inOrder, this.#manifests.length, state);
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
    const unserved = definitions.filter((one) => !isSettled(this.#answers.get(one)));
    if (unserved.length > 0) this.#task.update("waiting for definitions to be served");
    await awaitDefinitions(unserved, this.#options);
  }

  async #announce(targets: readonly Target[]): Promise<void> {
    await this.#inventory?.announce(targets, this.#writeOptions);
  }

  /** A kind whose definition was applied a moment ago is served a moment later. */
  async #locateLate(late: readonly Problem[], others: readonly Target[]): Promise<Target[]> {
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
        await this.#announce([...others, ...targets]);
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
      this.#record.report.push(...done.toSorted((left, right) => left.index - right.index).map(({ entry }) => entry));
    }
  }

  async #write(target: Target): Promise<AppliedObject> {
    const { manifest, label } = target;
    const trial = this.#trials.get(target);
    const before = trial === undefined ? await this.#writing.before(target, this.#options.signal) : trial.before;
    this.#task.update(`${this.#record.count}; ${label}`);
    this.#record.sending(manifest);
    try {
      const after = await this.#send(target);
      this.#record.written(manifest);
      this.#answers.set(target, after);
      const applied = appliedObject(after, this.#writing.action(before, after));
      this.#options.onProgress?.(applied);
      return applied;
    } catch (error) {
      this.#record.failed(manifest, error);
      throw isAboutObject(error) ? problemsError(this.#writing.verb, [{ manifest, error }], 1, "") : error;
    }
  }

  async #send(target: Target): Promise<UnknownObject> {
    const { timing } = this.#operation;
    const until = timing.now() + ACCOUNT_COMES_MS;
    for (;;) {
      try {
        return await this.#writing.send(target, writeOptions(this.#options));
      } catch (error) {
        // A pod in a namespace that was made a moment ago: its service account comes a moment later.
        const comes =
          target.object.kind === "Pod" && isApiError(error) && /serviceaccount "default" not found/.test(error.message);
        if (!comes || timing.now() >= until) throw error;
        await timing.sleep(POLL_MS, this.#options.signal);
      }
    }
  }

  async #prune(targets: readonly Target[]): Promise<Stray[]> {
    if (this.#inventory === undefined) return [];
    this.#task.update("pruning");
    return prune(this.#inventory, targets, { ...this.#writeOptions, settle: !this.#dryRun }, ({ object }) => {
      const pruned = appliedObject(object, "pruned");
      this.#record.report.push(pruned);
      this.#options.onProgress?.(pruned);
    });
  }

  /** What a dry run has shown; a plan also lists what would be written of the set, and refuses to have holes. */
  async #dryReport(targets: readonly Target[], late: readonly Problem[]): Promise<AppliedObject[]> {
    this.#record.report.push(...dryReport(this.#writing, targets, late, this.#trials));
    if (this.#isPlan) refuseHoles(this.#writing.verb, targets, late, this.#trials);
    if (this.#isPlan) await this.#announce(targets);
    await this.#prune(targets);
    return this.#record.report;
  }

  /** A plan makes the dry run of each write itself, and lists what it is not told to be one. */
  get #writeOptions(): WriteOptions {
    return { signal: this.#options.signal, dryRun: this.#dryRun && !this.#isPlan };
  }

  get #isPlan(): boolean {
    return this.#operation.storesNothing && !this.#operation.isDryRun && this.#options.dryRun !== true;
  }

  /** The same failure, saying what was done. */
  explain(error: unknown): unknown {
    return this.#record.explain(error);
  }
}

const NO_MORE = "Only namespaces and definitions were written.";
