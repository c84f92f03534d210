import {
  deleteContext,
  type KubeconfigEdit,
  renameContext,
  setContext,
  unset,
  useContext,
} from "../../config/edit-kubeconfig.ts";
import type { Kubeconfig } from "../../config/load-kubeconfig.ts";
import { currentContext } from "../../config/view-kubeconfig.ts";
import { UsageError } from "../../errors.ts";
import { connectionFlags, type ParsedFlags } from "../flags.ts";

/** What a verb of `config` changes, and how that is told. */
export interface Change {
  readonly edits: readonly KubeconfigEdit[];
  readonly told: string;
}

/** The words behind the verb, and the flags. */
export interface ChangeWords {
  readonly names: readonly string[];
  readonly values: ParsedFlags["values"];
  /** Where a first kubeconfig is made. */
  readonly newFile: string;
}

type Changer = (kubeconfig: Kubeconfig, words: ChangeWords) => Change;

/** The verbs of `config` that write. */
export const CHANGES: Readonly<Record<string, Changer>> = {
  "use-context": (kubeconfig, words) => {
    const [name = ""] = namesOf("use-context", words, ["NAME"]);
    return { edits: [useContext(kubeconfig, name)], told: `Switched to context "${name}".` };
  },
  "set-context": (kubeconfig, words) => {
    const current = words.values.current === true;
    const [named = ""] = namesOf("set-context", words, current ? [] : ["NAME"]);
    const name = current ? currentContext(kubeconfig) : named;
    const { cluster, user, namespace } = connectionFlags(words.values);
    return {
      edits: [setContext(kubeconfig, name, { cluster, user, namespace }, words.newFile)],
      told: `Context "${name}" ${kubeconfig.contexts.has(name) ? "modified" : "created"}.`,
    };
  },
  "rename-context": (kubeconfig, words) => {
    const [name = "", newName = ""] = namesOf("rename-context", words, ["OLD", "NEW"]);
    return { edits: renameContext(kubeconfig, name, newName), told: `Context "${name}" renamed to "${newName}".` };
  },
  "delete-context": (kubeconfig, words) => {
    const [name = ""] = namesOf("delete-context", words, ["NAME"]);
    const left =
      kubeconfig.currentContext === name ? " It was the current one: config use-context chooses another." : "";
    return { edits: [deleteContext(kubeconfig, name)], told: `Context "${name}" deleted.${left}` };
  },
  unset: (kubeconfig, words) => {
    const [property = ""] = namesOf("unset", words, ["PROPERTY"]);
    return { edits: [unset(kubeconfig, property)], told: `Property "${property}" unset.` };
  },
};

/** The names that a verb takes, just as many. Throws UsageError. */
function namesOf(verb: string, { names }: ChangeWords, wanted: readonly string[]): readonly string[] {
  if (names.length === wanted.length) return names;
  const current = wanted.length === 0;
  const what = current ? "--current is its name" : `it takes ${wanted.join(" and ")}`;
  const line = ["kubescript config", verb, ...(current ? ["--current"] : wanted)].join(" ");
  throw new UsageError("USAGE", `Cannot ${verb}: ${what}`, { hint: `${line}.` });
}
