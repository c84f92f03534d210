import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { EnvVarSource } from "../../types/core-v1.ts";
import { entriesGiven } from "./entries-given.ts";
import { choiceOf, patchContainers } from "./pod-template.ts";

export interface SetContainersOptions extends WriteOptions {
  /** Names of containers, or of one, which may be init containers. Default: all containers that are none. */
  readonly containers?: string | readonly string[] | undefined;
}

/** Variables by name: a text, where the value comes from, or `null` to remove it. */
export type EnvChanges = Readonly<Record<string, string | EnvVarSource | null>>;

/** Sets and removes environment variables. */
export async function setEnv<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  changes: EnvChanges,
  options: SetContainersOptions = {},
): Promise<T> {
  const { containers, ...write } = options;
  const action = "set the environment of";
  const variables = entriesGiven(
    changes,
    `${action} "${name}"`,
    "no variable is given",
    'Name variables with their values: { LOG_LEVEL: "debug", OLD: null }.',
  );
  for (const [variable, value] of variables) {
    if (variable !== "" && !variable.includes("=") && (typeof value === "string" || typeof value === "object"))
      continue;
    const what = typeof value === "string" || typeof value === "object" ? "its name" : `${typeof value} as its value`;
    throw new UsageError("INVALID_INPUT", `Cannot ${action} "${name}": variable "${variable}" cannot have ${what}`, {
      hint: "A value is a text, a source such as { secretKeyRef: { name, key } }, or null to remove the variable.",
    });
  }
  return patchContainers(
    client,
    name,
    action,
    choiceOf(containers),
    ({ env = [] }) => {
      const entries = variables.flatMap(([variable, value]) => {
        const present = env.find((one) => one.name === variable);
        if (value !== null) return [{ name: variable, ...valueFields(value, present?.valueFrom) }];
        return present === undefined ? [] : [{ name: variable, $patch: "delete" }];
      });
      return entries.length === 0 ? undefined : { env: entries };
    },
    write,
  );
}

/**
 * A variable has a value or a source, never both: the other one goes. A source replaces another wholly; the directive
 * that says so would make the server drop a source where there is none yet.
 */
function valueFields(value: string | EnvVarSource, present: EnvVarSource | undefined): object {
  if (typeof value === "string") return { value, valueFrom: null };
  return { value: null, valueFrom: present === undefined ? value : { $patch: "replace", ...value } };
}
