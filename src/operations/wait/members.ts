import type { KubernetesObject } from "../../core/object.ts";
import { KubescriptError } from "../../errors.ts";
import { objectKey } from "../../resources/list.ts";
import type { Part } from "./wait-group.ts";
import type { AwaitedObject, Waiting } from "./waiting.ts";

/** Which of the objects that a watch shows are waited for. */
export class Members<T extends KubernetesObject> {
  readonly #part: Part<T>;
  readonly #waiting: Waiting<T>;
  readonly #byKey = new Map<string, AwaitedObject<T>>();
  /** Names are waited for whatever becomes of them; what selectors choose comes and goes. */
  readonly #named: boolean;
  #synced = false;

  constructor(part: Part<T>, waiting: Waiting<T>) {
    this.#part = part;
    this.#waiting = waiting;
    const { selection, resource } = part;
    this.#named = "names" in selection;
    if (!("names" in selection)) return;
    for (const name of new Set(selection.names)) {
      this.#byKey.set(name, waiting.add(`${resource.name} "${name}"`, name));
    }
  }

  see(object: T, isGone: boolean): void {
    const key = this.#named ? (object.metadata?.name ?? "") : objectKey(object.metadata);
    let awaited = this.#byKey.get(key);
    if (awaited === undefined) {
      if (this.#named || isGone || (this.#synced && this.#holdsForNone())) return;
      awaited = this.#waiting.add(labelOf(this.#part, object), object.metadata?.name ?? "");
      this.#byKey.set(key, awaited);
    }
    if (isGone && !this.#named && !this.#holdsForNone()) {
      // Replaced by others that match, or no longer one of them.
      this.#byKey.delete(key);
      this.#waiting.drop(awaited);
    } else this.#waiting.see(awaited, isGone ? undefined : object);
  }

  /** Absence is only certain when the present state is complete. */
  synced(): void {
    this.#synced = true;
    for (const awaited of this.#byKey.values()) {
      if (awaited.first === undefined) this.#waiting.see(awaited, undefined);
    }
    if (this.#byKey.size === 0) judgeNone(this.#part, this.#waiting);
    this.#waiting.tell();
  }

  get areDone(): boolean {
    if (!this.#named && !this.#synced) return false;
    const all = [...this.#byKey.values()];
    if (!all.every(({ verdict }) => verdict.type === "done")) return false;
    return this.#named || all.length > 0 || this.#holdsForNone();
  }

  /** Whether it is absence that is waited for. */
  #holdsForNone(): boolean {
    return this.#waiting.judge.check(undefined, undefined).type === "done";
  }
}

/** Fails where nothing matches, unless it may still come or nothing is what was wanted. */
export function judgeNone<T extends KubernetesObject>({ resource }: Part<T>, { judge }: Waiting<T>): void {
  if (judge.check(undefined, undefined).type !== "failed") return;
  throw new KubescriptError("WAIT_FAILED", `Cannot wait for ${resource.name} to ${judge.goal}: none matches`, {
    hint: "Check the selectors and the namespace; all(exists, …) waits for the first to come.",
  });
}

export function labelOf<T extends KubernetesObject>({ resource, everywhere }: Part<T>, object: T): string {
  const { namespace = "", name = "" } = object.metadata ?? {};
  return `${resource.name} "${everywhere ? `${namespace}/` : ""}${name}"`;
}
