import { record } from "../core/record.ts";
import { ConfigError } from "../errors.ts";
import type { KubeconfigContext, Section } from "./kubeconfig.ts";
import type { Entry, Kubeconfig } from "./load-kubeconfig.ts";

/** A context that must be there. Throws ConfigError `CONTEXT_NOT_FOUND`; `verb` says what was attempted. */
export function requireContext(kubeconfig: Kubeconfig, name: string, verb: string): Entry<KubeconfigContext> {
  const found = kubeconfig.contexts.get(name);
  if (found !== undefined) return found;
  const names = [...kubeconfig.contexts.keys()].sort();
  throw new ConfigError("CONTEXT_NOT_FOUND", `Cannot ${verb} context "${name}": it is in no kubeconfig`, {
    hint: names.length === 0 ? "There are no contexts." : `Known contexts: ${names.join(", ")}.`,
  });
}

/** The items of one of a document's lists, as they were read. */
export function entries(document: Readonly<Record<string, unknown>>, section: Section): Record<string, unknown>[] {
  const list = document[section];
  return Array.isArray(list) ? list.map(record) : [];
}
