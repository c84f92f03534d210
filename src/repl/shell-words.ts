import { namesOf } from "../core/names.ts";
import type { ClusterHandle } from "../runtime/cluster.ts";
import { BUILT_IN_RESOURCES } from "../types/built-in-resources.ts";
import { membersOf } from "./complete.ts";
import { publicMembers } from "./helper-members.ts";

/** Words by which other prompts are told what here a dot, a key or a function does. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  exit: ".exit leaves, and so does Ctrl-D",
  quit: ".exit leaves, and so does Ctrl-D",
  clear: ".clear clears the screen, and so does Ctrl-L",
  help: ".help tells what there is",
  history: "The up arrow goes back in the history, and Ctrl-R searches it",
};

/** What was meant by a line that a shell would take: `kubectl get pods`, `pods`, `exit`; undefined where nothing is known. */
export function suggestForShellWords(error: unknown, source: string, k8s: ClusterHandle): string | undefined {
  if (/^\s*kubectl(?:\s|$)/.test(source)) return ofKubectl(source.trim().split(/\s+/).slice(1));
  if (!(error instanceof ReferenceError)) return undefined;
  const name = /^([\w$]+) is not defined$/.exec(error.message)?.[1] ?? "";
  if (Object.hasOwn(ELSEWHERE, name)) return ELSEWHERE[name];
  const member = resourceOf(name) ?? publicMembers(membersOf(k8s)).find((one) => one === name);
  return member === undefined ? undefined : `Did you mean k8s.${member}?`;
}

/** The commonest lines are said here; the others are in the list. */
function ofKubectl([verb, type = "", name]: readonly string[]): string {
  const resource = resourceOf(type);
  const line = ((): string => {
    if (resource !== undefined && name !== undefined && /^[a-z0-9]/.test(name)) {
      if (verb === "get" || verb === "describe" || verb === "delete") return `k8s.${resource}.${verb}("${name}")`;
    }
    if (verb === "get" && resource !== undefined) return `k8s.${resource}.list()`;
    if (verb === "logs" && /^[a-z0-9][\w.-]*$/.test(type)) return `k8s.pods.logs("${type}")`;
    return "k8s.pods.list()";
  })();
  return `kubectl's verbs are functions here: ${line}; docs/from-kubectl.md has each line of kubectl`;
}

/** The plural by which a built-in resource stands on `k8s`. */
function resourceOf(name: string): string | undefined {
  const word = name.toLowerCase();
  return BUILT_IN_RESOURCES.find((resource) => namesOf(resource).includes(word))?.name;
}
