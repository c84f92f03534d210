import { AbortError, isApiError, isKubescriptError } from "../../errors.ts";
import { listed, retold } from "../retold.ts";
import type { AppliedObject } from "./applied-object.ts";
import type { Manifest } from "./manifests.ts";

/** What an apply has done so far, so that whatever ends it early can say so. */
export class ApplyRecord {
  readonly #manifests: readonly Manifest[];
  readonly report: AppliedObject[] = [];
  /** Asked for and not answered. */
  readonly #sending = new Set<Manifest>();
  readonly #written = new Set<Manifest>();
  #begun = false;

  constructor(manifests: readonly Manifest[]) {
    this.#manifests = manifests;
  }

  /** `3 of 14` */
  get count(): string {
    return `${this.#written.size} of ${this.#manifests.length}`;
  }

  sending(manifest: Manifest): void {
    this.#begun = true;
    this.#sending.add(manifest);
  }

  written(manifest: Manifest): void {
    this.#sending.delete(manifest);
    this.#written.add(manifest);
  }

  /** An answer says that nothing was stored; without one, that is not known. */
  failed(manifest: Manifest, error: unknown): void {
    if (isApiError(error)) this.#sending.delete(manifest);
  }

  /** The same failure, saying what was done; one from before anything was written stays as it is. */
  explain(error: unknown): unknown {
    if (!this.#begun || !isKubescriptError(error)) return error;
    const hints = (hint: string): string => (error.hint === undefined ? hint : `${error.hint} ${hint}`);
    const total = this.#manifests.length;
    const applied = [...this.#written];
    if (applied.length === total) {
      return retold(
        error,
        error.message,
        hints(total === 1 ? "The object was applied." : `All ${total} were applied.`),
      );
    }
    const unknown = [...this.#sending];
    const rest = this.#manifests.filter((one) => !this.#written.has(one) && !this.#sending.has(one));
    const lines = [
      `${this.count} objects were applied${applied.length === 0 ? "" : `: ${namesOf(applied)}`}`,
      ...(unknown.length === 0 ? [] : [`not known whether: ${namesOf(unknown)}`]),
      ...(rest.length === 0 ? [] : [`not applied: ${namesOf(rest)}`]),
    ];
    const what = error instanceof AbortError ? "The apply was interrupted" : error.message;
    const hint = hints("Apply again to go on: what is as wanted already stays so.");
    return retold(error, `${what}\n  ${lines.join("\n  ")}`, hint);
  }
}

function namesOf(manifests: readonly Manifest[]): string {
  return listed(manifests.map(({ object }) => `${object.kind} "${object.metadata?.name ?? ""}"`));
}
