import type { KubernetesObject } from "../../core/object.ts";
import { KubescriptError } from "../../errors.ts";
import type { Judge } from "./judge.ts";
import type { WaitVerdict } from "./verdict.ts";

/** How far a wait for several objects is. */
export interface WaitProgress {
  readonly done: number;
  readonly total: number;
  /** Those that are not as wanted, with what is known of why. */
  readonly waiting: readonly { readonly object: string; readonly progress: string }[];
}

/** One object that is waited for. */
export class AwaitedObject<T extends KubernetesObject> {
  /** `pods "web-0"` */
  readonly label: string;
  readonly name: string;
  /** As it was seen first; tells a successor of its name apart. */
  first: T | undefined;
  /** As it was seen last, also when it is gone. */
  last: T | undefined;
  verdict: WaitVerdict = { type: "pending" };

  constructor(label: string, name: string) {
    this.label = label;
    this.name = name;
  }

  /** Takes in a state; one that has been as wanted stays done. */
  see(object: T | undefined, { check }: Judge): WaitVerdict {
    if (this.verdict.type === "done") return this.verdict;
    this.first ??= object;
    this.last = object ?? this.last;
    this.verdict = check(object, this.first);
    return this.verdict;
  }

  get progress(): string {
    return this.verdict.type === "pending" ? (this.verdict.progress ?? "") : "";
  }
}

/** All objects of one wait, of whatever kinds, and what is to be said of them. */
export class Waiting<T extends KubernetesObject> {
  readonly judge: Judge;
  /** `3 pods`, or the label of the only one. */
  readonly #what: (count: number) => string;
  readonly #tell: (progress: WaitProgress) => void;
  readonly all: AwaitedObject<T>[] = [];
  #isTold = false;

  constructor(judge: Judge, what: (count: number) => string, tell: (progress: WaitProgress) => void) {
    this.judge = judge;
    this.#what = what;
    this.#tell = tell;
  }

  add(label: string, name: string): AwaitedObject<T> {
    const awaited = new AwaitedObject<T>(label, name);
    this.all.push(awaited);
    return awaited;
  }

  /** It is no longer one of those that are waited for. */
  drop(awaited: AwaitedObject<T>): void {
    this.all.splice(this.all.indexOf(awaited), 1);
  }

  /** Takes in a state of one of them. Throws WAIT_FAILED for one from which what is wanted cannot come. */
  see(awaited: AwaitedObject<T>, object: T | undefined): void {
    const verdict = awaited.see(object, this.judge);
    if (verdict.type === "failed") throw new HopelessError(this.#failure(awaited, verdict.reason), awaited);
    if (this.#isTold) this.#tell(this.progress());
  }

  /** From here on, every change is told: before, the present state comes bit by bit. */
  tell(): void {
    this.#isTold = true;
    this.#tell(this.progress());
  }

  get isDone(): boolean {
    return this.all.every(({ verdict }) => verdict.type === "done");
  }

  progress(): WaitProgress {
    const waiting = this.#open().map((one) => ({ object: one.label, progress: one.progress }));
    return { done: this.all.length - waiting.length, total: this.all.length, waiting };
  }

  /** For an error that ends the wait: `pods "web" to be ready: it has no condition Ready yet`. */
  toString(): string {
    const open = this.#open();
    const total = this.all.length;
    const [only] = open;
    if (total === 1 && only !== undefined) {
      return `${only.label} to ${this.judge.goal}${only.progress === "" ? "" : `: ${only.progress}`}`;
    }
    const goal = `${this.#what(total)} to ${this.judge.goal}`;
    if (total === 0) return `${goal}: none has come`;
    const shown = open.slice(0, 5).map(({ name, progress }) => `${name}${progress === "" ? "" : ` (${progress})`}`);
    const rest = open.length > shown.length ? ` and ${open.length - shown.length} more` : "";
    return `${goal}: ${total - open.length} of ${total} done, not yet ${shown.join(", ")}${rest}`;
  }

  /** One that is not as wanted and of which most can be told. */
  get open(): AwaitedObject<T> | undefined {
    const open = this.#open();
    return open.find(({ progress }) => progress !== "") ?? open[0];
  }

  #open(): AwaitedObject<T>[] {
    return this.all.filter(({ verdict }) => verdict.type !== "done");
  }

  #failure({ label }: AwaitedObject<T>, reason: string): string {
    const { done, total } = this.progress();
    const others = total > 1 ? `; ${done} of ${total} done` : "";
    return `Cannot wait for ${label} to ${this.judge.goal}: ${reason}${others}`;
  }
}

/** What is waited for can no longer come true; knows of which object. */
export class HopelessError extends KubescriptError {
  readonly awaited: AwaitedObject<KubernetesObject>;

  constructor(message: string, awaited: AwaitedObject<KubernetesObject>) {
    super("WAIT_FAILED", message);
    this.awaited = awaited;
  }
}
