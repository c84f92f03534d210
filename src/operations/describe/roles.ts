/** Roles and who has them. */
import { byText } from "../../core/by-text.ts";
import { ruleResource } from "../../core/path.ts";
import type { ClusterRole, PolicyRule, RoleBinding } from "../../types/rbac-v1.ts";
import { annotations, labels, listText } from "./format.ts";
import { BREAK, field, type Layout, section, table } from "./layout.ts";

/** One kind of thing, and what may be done with it; no group, resource or name where there is a URL. */
interface Right {
  readonly group?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly url?: string;
}

/** A Role or a ClusterRole. */
export function role({ metadata, rules }: Pick<ClusterRole, "metadata" | "rules">): Layout {
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    section(
      "PolicyRule",
      table(
        ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
        rightsOf(rules ?? []).map(([{ group, resource, name, url }, verbs]) => [
          resource === undefined ? "" : ruleResource(resource, group ?? ""),
          listText(given(url)),
          listText(given(name)),
          listText(verbs),
        ]),
      ),
    ),
    BREAK,
  ];
}

function given(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

/** Every resource, name and URL for itself, with all of its verbs, whatever rules they come from. */
function rightsOf(rules: readonly PolicyRule[]): [Right, verbs: string[]][] {
  const found = new Map<string, [Right, string[]]>();
  for (const rule of rules) {
    for (const right of parts(rule)) {
      const key = JSON.stringify(right);
      const [, verbs] = found.get(key) ?? [right, []];
      found.set(key, [right, [...new Set([...verbs, ...rule.verbs])]]);
    }
  }
  return [...found.values()].sort((a, b) => byText(order(a), order(b)));
}

function parts({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): Right[] {
  const named: Pick<Right, "name">[] = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ name }));
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) => named.map((one): Right => ({ group, resource, ...one }))),
    ),
    ...nonResourceURLs.map((url): Right => ({ url })),
  ];
}

/** What kubectl sorts by: the same verbs stand together, then the resources of a group. */
function order([{ group, resource, name, url }, verbs]: [Right, string[]]): string {
  return [verbs, given(group), given(resource), given(name), given(url)].map(listText).join(",");
}

/** A RoleBinding or a ClusterRoleBinding. */
export function roleBinding({ metadata, roleRef, subjects = [] }: RoleBinding): Layout {
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    section("Role", field("Kind", roleRef.kind), field("Name", roleRef.name)),
    section(
      "Subjects",
      table(
        ["Kind", "Name", "Namespace"],
        subjects.map(({ kind, name, namespace = "" }) => [kind, name, namespace]),
      ),
    ),
    BREAK,
  ];
}
