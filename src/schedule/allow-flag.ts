import { unlistedResource } from "../core/unlisted-resources.ts";
import { UsageError } from "../errors.ts";
import type { Access } from "./access-rules.ts";
import type { ResourceLookup } from "./source-rights.ts";

/**
 * Reads a right given by hand: `VERBS:RESOURCES[=NAME][@NAMESPACE]`, such as `delete:jobs.batch`, `list:nodes`,
 * `get,list:pods,pods/log@web`, `impersonate:users=jane`, or `get:/metrics`. Without a namespace it holds in the
 * schedule's own; `@*` means all of them.
 * @throws {UsageError} for another form, and for a resource that the cluster does not have
 */
export async function readAllow(
  text: string,
  namespace: string,
  lookup: Pick<ResourceLookup, "resolve">,
): Promise<Access[]> {
  const [, verbs = "", names = "", objectName, where] =
    /^([a-z:,-]+):([^@=\s:]+)(?:=([^@\s]+))?(?:@(\S+))?$/.exec(text) ?? [];
  if (verbs === "" || names === "") {
    throw new UsageError("USAGE", `Cannot read --allow "${text}"`, {
      hint: "Write VERBS:RESOURCES[=NAME][@NAMESPACE], such as get,list:pods, delete:jobs.batch@web or get:/metrics.",
    });
  }
  const all = verbs.split(",").filter((one) => one !== "");
  const accesses: Access[] = [];
  for (const name of names.split(",")) {
    if (name.startsWith("/")) {
      accesses.push(...all.map((verb) => ({ verb, path: name })));
      continue;
    }
    const [plural = "", ...below] = name.split("/");
    const unlisted = unlistedResource(plural);
    const resource = (await lookup.resolve(plural)) ?? (unlisted && { ...unlisted, namespaced: false });
    if (resource === undefined) {
      throw new UsageError("UNKNOWN_RESOURCE", `Cannot allow "${text}": the cluster has no resource "${plural}"`);
    }
    // A user may be called `jane@example.com`.
    const atName = unlisted !== undefined && objectName !== undefined && where !== undefined;
    for (const verb of all) {
      // What a binding in a namespace may give is asked there, of ClusterRoles too.
      const within = resource.namespaced || (verb === "bind" && where !== undefined);
      accesses.push({
        ...{ verb, group: resource.group, resource: [resource.name, ...below].join("/") },
        name: atName ? `${objectName}@${where}` : objectName,
        namespace: within && where !== "*" ? (where ?? namespace) : undefined,
      });
    }
  }
  return accesses;
}
