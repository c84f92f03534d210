import { record } from "../core/record.ts";
import { ConfigError } from "../errors.ts";
import { type KubeconfigContext, SECTIONS, type Section } from "./kubeconfig.ts";
import { entries, requireContext } from "./kubeconfig-document.ts";
import type { Kubeconfig } from "./load-kubeconfig.ts";

/** One line of `config get-contexts`. */
export interface ContextSummary extends Required<KubeconfigContext> {
  readonly name: string;
  readonly current: boolean;
}

/** Every context by name; fields that are not set are empty. */
export function listContexts(kubeconfig: Kubeconfig): ContextSummary[] {
  return [...kubeconfig.contexts]
    .map(([name, { value }]) => ({
      name,
      current: name === kubeconfig.currentContext,
      cluster: value.cluster ?? "",
      user: value.user ?? "",
      namespace: value.namespace ?? "",
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The current context's name. Throws ConfigError `CONTEXT_NOT_FOUND` when none is set. */
export function currentContext(kubeconfig: Kubeconfig): string {
  if (kubeconfig.currentContext !== undefined) return kubeconfig.currentContext;
  throw new ConfigError("CONTEXT_NOT_FOUND", "Cannot name the current context: the kubeconfig has none", {
    hint: "Choose one with config use-context.",
  });
}

/** Fields of a user whose values are credentials. */
const SECRET_FIELDS = new Set(["token", "password"]);
/** Fields that are long rather than telling; the key among them is a credential too. */
const DATA_FIELDS = new Set(["certificate-authority-data", "client-certificate-data", "client-key-data"]);

/**
 * The merged kubeconfig as one document for `config view`. Without `raw`, credentials read `REDACTED` and
 * certificates `DATA+OMITTED`; `minify` keeps only what a context needs.
 */
export function viewKubeconfig(
  kubeconfig: Kubeconfig,
  options: { readonly raw?: boolean; readonly minify?: string | undefined } = {},
): Record<string, unknown> {
  const { minify } = options;
  const context = minify === undefined ? undefined : requireContext(kubeconfig, minify, "show").value;
  const section = (name: Section, only: string | undefined): unknown[] => {
    const seen = new Set<unknown>();
    const list = kubeconfig.files
      .flatMap((file) => entries(file.document, name))
      .filter((entry) => !seen.has(entry.name) && seen.add(entry.name))
      .filter((entry) => minify === undefined || entry.name === only);
    return options.raw ? list : list.map((entry) => redactEntry(entry, SECTIONS[name]));
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: section("clusters", context?.cluster),
    users: section("users", context?.user),
    contexts: section("contexts", minify),
    "current-context": minify ?? kubeconfig.currentContext ?? "",
  };
}

function redactEntry(entry: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = record(entry[key]);
  const redacted = Object.fromEntries(Object.entries(value).map(([field, one]) => [field, redactField(field, one)]));
  return { ...entry, [key]: redacted };
}

function redactField(field: string, value: unknown): unknown {
  if (DATA_FIELDS.has(field)) return "DATA+OMITTED";
  if (SECRET_FIELDS.has(field)) return "REDACTED";
  if (field === "proxy-url" && typeof value === "string")
    return value.replace(/(:\/\/[^/:@]*):[^/@]*@/, "$1:REDACTED@");
  if (field === "auth-provider")
    return { ...record(value), ...("config" in record(value) ? { config: "REDACTED" } : {}) };
  if (field !== "exec") return value;
  const exec = record(value);
  const env = Array.isArray(exec.env) ? exec.env.map((one) => ({ ...record(one), value: "REDACTED" })) : undefined;
  return env === undefined ? exec : { ...exec, env };
}
