import { record } from "../core/record.ts";
import { formatYaml } from "../core/yaml.ts";
import { ConfigError } from "../errors.ts";
import { type KubeconfigFile, parseKubeconfig, SECTIONS, type Section } from "./kubeconfig.ts";
import { entries, requireContext } from "./kubeconfig-document.ts";
import type { Kubeconfig } from "./load-kubeconfig.ts";

/** One file's new text; all other files stay as they are. */
export interface KubeconfigEdit {
  readonly path: string;
  readonly text: string;
}

/** What of a context `config set-context` sets; undefined leaves a field, an empty text removes it. */
export interface ContextChange {
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * Makes a context the current one. It is written to the file that sets it now, else to the first.
 * Throws ConfigError `CONTEXT_NOT_FOUND`.
 */
export function useContext(kubeconfig: Kubeconfig, name: string): KubeconfigEdit {
  requireContext(kubeconfig, name, "use");
  const file = kubeconfig.files.find((one) => one.currentContext !== undefined) ?? kubeconfig.files[0];
  return edited(requireFile(file), (document) => ({ ...document, "current-context": name }));
}

/** Makes or changes a context, in the file that has it, else in the first, else in a new one at `defaultPath`. */
export function setContext(
  kubeconfig: Kubeconfig,
  name: string,
  change: ContextChange,
  defaultPath: string,
): KubeconfigEdit {
  const holder = kubeconfig.contexts.get(name)?.file;
  const file = kubeconfig.files.find(({ path }) => path === holder) ?? kubeconfig.files[0] ?? emptyFile(defaultPath);
  return edited(file, (document) => {
    const list = entries(document, "contexts");
    const index = list.findIndex((entry) => entry.name === name);
    const context = applyChange(record(list[index]?.context), change);
    const entry = { ...(list[index] ?? {}), context, name };
    return { ...document, contexts: index < 0 ? [...list, entry] : list.with(index, entry) };
  });
}

/**
 * Gives a context another name, and makes it the current one under that where it is so: one edit for each file that
 * changes. Throws ConfigError `CONTEXT_NOT_FOUND`, and `KUBECONFIG_INVALID` where the new name is taken.
 */
export function renameContext(kubeconfig: Kubeconfig, name: string, newName: string): KubeconfigEdit[] {
  const holder = requireContext(kubeconfig, name, "rename").file;
  if (kubeconfig.contexts.has(newName)) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot rename context "${name}": there is a "${newName}" already`);
  }
  const chooser = kubeconfig.files.find((one) => one.currentContext !== undefined);
  const chosen = chooser?.currentContext === name ? chooser.path : undefined;
  return kubeconfig.files
    .filter(({ path }) => path === holder || path === chosen)
    .map((file) =>
      edited(file, (document) => ({
        ...document,
        ...(file.path !== holder
          ? {}
          : {
              contexts: entries(document, "contexts").map((entry) =>
                entry.name === name ? { ...entry, name: newName } : entry,
              ),
            }),
        ...(file.path === chosen ? { "current-context": newName } : {}),
      })),
    );
}

/** Removes a context. Cluster and user stay. Throws ConfigError `CONTEXT_NOT_FOUND`. */
export function deleteContext(kubeconfig: Kubeconfig, name: string): KubeconfigEdit {
  const holder = requireContext(kubeconfig, name, "delete").file;
  return edited(requireFile(kubeconfig.files.find(({ path }) => path === holder)), (document) => ({
    ...document,
    contexts: entries(document, "contexts").filter((entry) => entry.name !== name),
  }));
}

/**
 * Removes what a dotted path names: `current-context`, `contexts.NAME`, `contexts.NAME.namespace`,
 * `users.NAME.token`. Names may hold dots: the longest that exists is meant. Throws ConfigError.
 */
export function unset(kubeconfig: Kubeconfig, property: string): KubeconfigEdit {
  const [section = "", ...rest] = property.split(".");
  if (rest.length === 0 && section === "current-context") {
    const file = kubeconfig.files.find((one) => one.currentContext !== undefined);
    return edited(requireFile(file), ({ "current-context": _name, ...others }) => others);
  }
  if (!isSection(section)) throw unknownProperty(property);
  const found = findEntry(kubeconfig, section, rest);
  if (found === undefined) throw unknownProperty(property);
  const { file, name, field } = found;
  return edited(file, (document) => {
    const list = entries(document, section);
    if (field === undefined) return { ...document, [section]: list.filter((entry) => entry.name !== name) };
    const key = SECTIONS[section];
    const changed = list.map((entry) => {
      if (entry.name !== name) return entry;
      const { [field]: _removed, ...others } = record(entry[key]);
      return { ...entry, [key]: others };
    });
    return { ...document, [section]: changed };
  });
}

function edited(
  file: KubeconfigFile,
  change: (document: Readonly<Record<string, unknown>>) => Record<string, unknown>,
): KubeconfigEdit {
  const text = formatYaml(change(file.document));
  parseKubeconfig(text, file.path);
  return { path: file.path, text };
}

function emptyFile(path: string): KubeconfigFile {
  return parseKubeconfig(
    "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\ncurrent-context: ''\n",
    path,
  );
}

function applyChange(context: Record<string, unknown>, change: ContextChange): Record<string, unknown> {
  const changed = { ...context };
  for (const [field, value] of Object.entries(change)) {
    if (value === "") delete changed[field];
    else if (value !== undefined) changed[field] = value;
  }
  return changed;
}

function findEntry(
  kubeconfig: Kubeconfig,
  section: Section,
  steps: readonly string[],
): { file: KubeconfigFile; name: string; field: string | undefined } | undefined {
  for (let length = steps.length; length > 0; length -= 1) {
    const name = steps.slice(0, length).join(".");
    const field = steps.slice(length).join(".") || undefined;
    const holder = kubeconfig[section].get(name)?.file;
    const file = kubeconfig.files.find(({ path }) => path === holder);
    if (file !== undefined) return { file, name, field };
  }
  return undefined;
}

function requireFile(file: KubeconfigFile | undefined): KubeconfigFile {
  if (file !== undefined) return file;
  throw new ConfigError("KUBECONFIG_NOT_FOUND", "Cannot change the kubeconfig: there is none", {
    hint: "Set KUBECONFIG or pass --kubeconfig.",
  });
}

function unknownProperty(property: string): ConfigError {
  return new ConfigError("KUBECONFIG_INVALID", `Cannot unset ${property}: the kubeconfig has no such property`, {
    hint: "Write current-context, contexts.NAME, clusters.NAME or users.NAME, with a field behind it if only that goes.",
  });
}

function isSection(text: string): text is Section {
  return text in SECTIONS;
}
