import { AbortError, isApiError, isKubescriptError } from "../../errors.ts";
import { listed, retold } from "../shared/retold.ts";
import type { AppliedObject } from "./applied-object.ts";
import { type Manifest, nameOf } from "./manifests.ts";
import type { Writing } from "./writing.ts";

/** What a run has done so far, so that whatever ends it early can say so. */
export class WriteRecord {
  readonly #manifests: readonly Manifest[];
  readonly #writing: Writing;
  readonly report: AppliedObject[] = [];
  /** Asked for and not answered. */
  readonly #sending = new Set<Manifest>();
  readonly #written = new Set<Manifest>();
  #begun = false;

  constructor(manifests: readonly Manifest[], writing: Writing) {
    this.#manifests = manifests;
    this.#writing = writing;
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
    const { verb, done, again } = this.#writing;
    const total = this.#manifests.length;
    const written = [...this.#written];
    if (written.length === total) {
      return retold(
        error,
        error.message,
        hints(total === 1 ? `The object was ${done}.` : `All ${total} were ${done}.`),
      );
    }
    const unknown = [...this.#sending];
    const rest = this.#manifests.filter((one) => !this.#written.has(one) && !this.#sending.has(one));
    const lines = [
      `${this.count} objects were ${done}${written.length === 0 ? "" : `: ${namesOf(written)}`}`,
      ...(unknown.length === 0 ? [] : [`not known whether: ${namesOf(unknown)}`]),
      ...(rest.length === 0 ? [] : [`not ${done}: ${namesOf(rest)}`]),
    ];
    const what = error instanceof AbortError ? INTERRUPTED[verb] : error.message;
    const hint = hints(again);
    return retold(error, `${what}\n  ${lines.join("\n  ")}`, hint);
  }
}

const INTERRUPTED: Readonly<Record<Writing["verb"], string>> = {
  apply: "The apply was interrupted",
  create: "The creation was interrupted",
  replace: "The replacement was interrupted",
};

function namesOf(manifests: readonly Manifest[]): string {
  return listed(manifests.map(({ object }) => `${object.kind} "${nameOf(object)}"`));
}
