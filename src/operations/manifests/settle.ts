import type { UnknownObject } from "../../core/object.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import type { OperationContext } from "../context.ts";
import { goneJudge, SETTLED } from "../wait/judge.ts";
import { runWait } from "../wait/wait.ts";
import { groupsByClient } from "../wait/wait-across.ts";
import type { Stray } from "./inventory.ts";
import type { Target } from "./targets.ts";

/** As helm's. */
const TIMEOUT_MS = 300_000;

/** Whether an object, as the server answered, is in working order already: most kinds have nothing to wait for. */
export function isSettled(object: UnknownObject | undefined): boolean {
  return object !== undefined && SETTLED.check(object, object).type === "done";
}

/** Waits until what was applied is in working order, and what was pruned is gone: one watch for each resource. */
export async function awaitSettled(
  operation: OperationContext,
  targets: readonly Pick<Target, "client" | "name">[],
  strays: readonly Stray[],
  options: CallScope & { readonly timeoutMs?: number | undefined; readonly task: ProgressTask },
): Promise<void> {
  const { signal, task, timeoutMs = TIMEOUT_MS } = options;
  const began = operation.timing.now();
  await runWait(groupsByClient(targets), SETTLED, { signal, timeoutMs }, { task });
  const left = timeoutMs <= 0 ? timeoutMs : Math.max(1, timeoutMs - (operation.timing.now() - began));
  const gone = strays.map(({ client, object }) => ({ client, name: object.metadata?.name ?? "" }));
  await runWait(
    groupsByClient(gone),
    goneJudge(strays.map(({ object }) => object.metadata?.uid)),
    { signal, timeoutMs: left },
    { toldMs: timeoutMs, task },
  );
}
