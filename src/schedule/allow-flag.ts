import { UsageError } from "../errors.ts";
import type { Access } from "./access-rules.ts";
import type { ResourceLookup } from "./source-rights.ts";

/**
 * Reads a right given by hand: `VERBS:RESOURCES[@NAMESPACE]`, such as `delete:jobs.batch`, `get,list:pods,pods/log@web`,
 * `list:nodes`. Without a namespace it holds in the schedule's own; `@*` means all of them.
 * @throws {UsageError} for another form, and for a resource that the cluster does not have
 */
export async function readAllow(
  text: string,
  namespace: string,
  lookup: Pick<ResourceLookup, "resolve">,
): Promise<Access[]> {
  const [, verbs = "", names = "", where] = /^([a-z,]+):([^@\s]+?)(?:@(\S+))?$/.exec(text) ?? [];
  if (verbs === "" || names === "") {
    throw new UsageError("USAGE", `Cannot read --allow "${text}"`, {
      hint: "Write VERBS:RESOURCES[@NAMESPACE], such as get,list:pods or delete:jobs.batch@web.",
    });
  }
  const accesses: Access[] = [];
  for (const name of names.split(",")) {
    const [plural = "", subresource] = name.split("/");
    const resource = await lookup.resolve(plural);
    if (resource === undefined) {
      throw new UsageError("UNKNOWN_RESOURCE", `Cannot allow "${text}": the cluster has no resource "${plural}"`);
    }
    const everywhere = where === "*" || !resource.namespaced;
    for (const verb of verbs.split(",").filter((one) => one !== "")) {
      accesses.push({
        verb,
        group: resource.group,
        resource: subresource === undefined ? resource.name : `${resource.name}/${subresource}`,
        namespace: everywhere ? undefined : (where ?? namespace),
      });
    }
  }
  return accesses;
}
