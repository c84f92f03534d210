import { groupResource } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";
import { UsageError } from "../errors.ts";

/** What other tools call the selectors, and what they are called here. */
const MISSPELLED: Readonly<Record<string, string>> = {
  label: "labels",
  labelSelector: "labels",
  matchLabels: "labels",
  selector: "labels",
  field: "fields",
  fieldSelector: "fields",
};

/** Refuses a selector under another name: it would be ignored, and everything be chosen. Throws UsageError. */
export function refuseMisspelledSelectors(resource: ApiResource, options: object): void {
  for (const [given, meant] of Object.entries(MISSPELLED)) {
    if (!(given in options)) continue;
    throw new UsageError("INVALID_INPUT", `Cannot select ${groupResource(resource)}: there is no option "${given}"`, {
      hint: `The option is "${meant}".`,
    });
  }
}

const DELETE_ALL_OPTIONS: readonly string[] = [
  "labels",
  "fields",
  "namespace",
  "signal",
  "propagationPolicy",
  "gracePeriodSeconds",
  "preconditions",
  "dryRun",
  "wait",
  "timeoutMs",
];

/** Refuses a deletion that would reach further than its options were meant to say. Throws UsageError. */
export function requireDeliberateSelection(resource: ApiResource, options: unknown): void {
  const cannot = `Cannot delete all of ${groupResource(resource)}`;
  if (typeof options !== "object" || options === null) {
    throw new UsageError("INVALID_INPUT", `${cannot}: nothing says which`, {
      hint: "Give { labels: … } or { fields: … }, or {} for everything in the namespace.",
    });
  }
  refuseMisspelledSelectors(resource, options);
  for (const [name, value] of Object.entries(options)) {
    if (!DELETE_ALL_OPTIONS.includes(name)) {
      throw new UsageError("INVALID_INPUT", `${cannot}: there is no option "${name}"`, {
        hint: `There are ${DELETE_ALL_OPTIONS.join(", ")}.`,
      });
    }
    if ((name === "labels" || name === "fields") && (value === undefined || value === null)) {
      throw new UsageError(
        "INVALID_INPUT",
        `${cannot}: the option "${name}" is ${value}, which would choose everything`,
        {
          hint: "Leave it out when everything in the namespace is meant.",
        },
      );
    }
  }
}
