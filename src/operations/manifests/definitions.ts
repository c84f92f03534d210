import type { CallScope } from "../../resources/options.ts";
import { waitForAll } from "../wait/wait.ts";
import { condition } from "../wait/wait-condition.ts";
import type { Target } from "./targets.ts";

/** Waits until CustomResourceDefinitions are established; fails at once where their names are taken. */
export async function awaitDefinitions(
  definitions: readonly Target[],
  options: CallScope & { readonly definitionTimeoutMs?: number | undefined },
): Promise<void> {
  const [first] = definitions;
  if (first === undefined) return;
  const { signal, definitionTimeoutMs: timeoutMs = 10_000 } = options;
  const selection = { names: definitions.map(({ name }) => name) };
  await waitForAll([{ client: first.client, selection }], condition("Established"), { signal, timeoutMs });
}
