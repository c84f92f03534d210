import { runInThisContext, Script } from "node:vm";
import { endedOrAborted, throwIfAborted } from "../core/abort.ts";
import { AbortError, UsageError } from "../errors.ts";
import { importModule } from "../runtime/modules.ts";
import { compile } from "./compile.ts";
import { isVmInterrupt } from "./interrupt.ts";
import { helpers, type Rewritten } from "./rewrite.ts";

/** How code is evaluated. */
export interface EvaluateOptions {
  /** Named in messages and stack traces. */
  readonly name: string;
  /**
   * Ends every wait of the top level; what waits then throws inside the code, so `finally` runs: its own account where it
   * gives one at once, else the signal's reason.
   */
  readonly signal: AbortSignal;
  /** Told of what waits ended in that were given up. */
  readonly late?: ((error: unknown) => void) | undefined;
  /** What the code awaits once the signal is aborted, in a `finally`, is waited for. Default false. */
  readonly tidies?: boolean;
  /** Ctrl-C ends code that does not wait. Default false. */
  readonly breakOnSigint?: boolean;
  /** What relative imports resolve against, with a trailing slash. */
  readonly folder: string;
}

/** Compiled code: parsed at once, run when asked. */
export interface Evaluation {
  /** Runs it and gives the last expression's value, not awaited when that is a promise. */
  run(options: EvaluateOptions): Promise<{ readonly value: unknown }>;
  /** Where the expression that gives the value stands in the source, when the source was JavaScript as it is. */
  readonly lastExpression: Rewritten["lastExpression"];
  /** Names that its top level declares. */
  readonly declared: readonly string[];
}

/** Parses now, so that a prompt learns at once whether more lines are needed. Throws SourceError. */
export function prepare(source: string, name: string): Evaluation {
  const rewritten = compile(source, { name });
  const { lastExpression, declared } = rewritten;
  return { run: (options) => run(rewritten, options), lastExpression, declared };
}

/** Steps of the code, from one wait to the next. */
type Steps = Generator<unknown, void, unknown>;

/** Where a step is handed over to code that runs under the guard of `breakOnSigint`. */
const stepKey = Symbol.for("kubescript.step");
const globals = globalThis as { [stepKey]?: (() => unknown) | undefined };

/** What the runtime itself has in scope, this program and its packages included. */
const RUNTIME_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

/**
 * What a line has declared under such a name. `const process = await k8s.pods.exec(…)` is natural, and must not take
 * `process` from the program that runs the line.
 */
const shadows: Record<string, unknown> = Object.create(null);

/** The name by which code finds {@link shadows}. */
const SHADOWS = "__kubescript_shadows";

async function run(code: Rewritten, options: EvaluateOptions): Promise<{ readonly value: unknown }> {
  const guarded = guard(options.breakOnSigint ?? false);
  for (const name of code.declared) declare(name);
  let value: unknown;
  const scope: Record<(typeof helpers)[keyof typeof helpers], unknown> = {
    [helpers.import]: (specifier: string, attributes?: { with?: Record<string, string> }) =>
      importModule(String(specifier), { from: options.folder, with: attributes?.with }),
    [helpers.named]: named,
    [helpers.iterate]: (values: AsyncIterable<unknown> | Iterable<unknown>) => new AsyncSteps(values),
    [helpers.result]: (result: unknown) => {
      value = result;
    },
    [helpers.meta]: { url: new URL(options.name, `file://${options.folder}`).href, dirname: options.folder },
  };
  const names = [...Object.keys(scope), SHADOWS];
  const shadowing = Object.keys(shadows).length > 0;
  const prefix = `(function* (${names.join(", ")}) {${shadowing ? `with (${SHADOWS}) {` : ""}`;
  const text = `${prefix}${code.code}\n${shadowing ? "}" : ""}})`;
  const script = new Script(text, { filename: options.name, columnOffset: -prefix.length });
  const makeSteps = script.runInThisContext() as (...values: unknown[]) => Steps;
  const steps = makeSteps.call(globalThis, ...Object.values(scope), shadows);

  let step = guarded(() => steps.next());
  while (!step.done) {
    let answer: { readonly value: unknown } | { readonly error: unknown };
    try {
      const tidies = options.tidies === true && options.signal.aborted;
      answer = {
        value: await (tidies ? step.value : endedOrAborted(step.value, options.signal, { late: options.late })),
      };
      if (options.breakOnSigint === true) await caughtUp(options.signal);
    } catch (error) {
      answer = { error };
    }
    step = guarded(() => ("error" in answer ? steps.throw(answer.error) : steps.next(answer.value)));
  }
  return { value };
}

/**
 * Lets a Ctrl-C that has come already be told: `vm` takes the listeners away while the next step runs, and what is on its
 * way to them would be lost.
 */
async function caughtUp(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}

type Guard = (work: () => IteratorResult<unknown, void>) => IteratorResult<unknown, void>;

/** Runs work inside `vm`, where Ctrl-C ends even a loop that never yields. */
function guard(breakOnSigint: boolean): Guard {
  if (!breakOnSigint) return (work) => work();
  return (work) => {
    const outer = globals[stepKey];
    globals[stepKey] = work;
    try {
      return runInThisContext('globalThis[Symbol.for("kubescript.step")]()', {
        breakOnSigint: true,
      }) as ReturnType<Guard>;
    } catch (error) {
      throw isVmInterrupt(error) ? new AbortError("Interrupted") : error;
    } finally {
      globals[stepKey] = outer;
    }
  };
}

/** Makes a name a plain global that can be assigned; what it holds stays until then. One of the runtime's is shadowed. */
function declare(name: string): void {
  if (RUNTIME_NAMES.has(name)) {
    if (!(name in shadows)) shadows[name] = undefined;
    return;
  }
  const present = Object.getOwnPropertyDescriptor(globalThis, name);
  if (present?.writable === true || present?.configurable === false) return;
  Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true, enumerable: true });
}

/** A named import, which must exist as in a real one. */
function named(module: Record<string, unknown>, name: string, specifier: string): unknown {
  if (name in module) return module[name];
  throw new UsageError("INVALID_INPUT", `Cannot import ${name} from "${specifier}": it has no such export`, {
    hint: `It exports ${Object.keys(module).slice(0, 12).join(", ")}.`,
  });
}

/** The iterator of a `for await`, as the rewritten loop drives it. */
class AsyncSteps {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #synchronous: boolean;
  #open = true;
  value: unknown;

  constructor(values: AsyncIterable<unknown> | Iterable<unknown>) {
    const asynchronous = (values as AsyncIterable<unknown>)[Symbol.asyncIterator];
    this.#synchronous = asynchronous === undefined;
    this.#iterator =
      asynchronous === undefined
        ? (values as Iterable<unknown>)[Symbol.iterator]()
        : asynchronous.call(values as AsyncIterable<unknown>);
  }

  /** The next result; values of a synchronous iterable are awaited too. */
  async next(): Promise<IteratorResult<unknown>> {
    this.#open = false;
    const result = await this.#iterator.next();
    this.#open = true;
    return this.#synchronous ? { ...result, value: await result.value } : result;
  }

  step(result: IteratorResult<unknown>): boolean {
    this.value = result.value;
    if (result.done === true) this.#open = false;
    return result.done !== true;
  }

  /**
   * Ends the iterator when the loop was left early. An iterator that is still busy with `next` is told as well, but
   * not waited for: it answers only when what it waits for has come.
   */
  async close(): Promise<void> {
    const closing = this.#iterator.return?.();
    if (this.#open) await closing;
    else Promise.resolve(closing).catch(() => undefined);
  }
}
