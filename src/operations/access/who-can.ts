import { inspectAsText } from "../../core/inspect-as-text.ts";
import type { PrintedAs } from "../../resources/printed.ts";
import type { OperationContext } from "../context.ts";
import { type AccessAttributes, attributesOf, type CanOptions } from "./attributes.ts";
import { readRbac } from "./rbac-objects.ts";
import { ruleAllows } from "./rule-matching.ts";

/** One subject that has a right, and through what. */
export interface SubjectWithAccess {
  readonly kind: "User" | "Group" | "ServiceAccount" | (string & {});
  readonly name: string;
  /** Of a service account; empty for users and groups. */
  readonly namespace: string;
  /** `ClusterRoleBinding/cluster-admin`, `RoleBinding/team/devs`. */
  readonly binding: string;
  /** `ClusterRole/view`, `Role/team/deployer`. */
  readonly role: string;
}

/** Who has a right. */
export class WhoCan implements PrintedAs {
  static {
    inspectAsText(WhoCan.prototype);
  }

  /** One for each way to the right: who has it by two bindings comes twice. */
  readonly subjects: readonly SubjectWithAccess[];
  /** What could not be read, so that somebody may be missing. */
  readonly notes: readonly string[];

  constructor(subjects: readonly SubjectWithAccess[], notes: readonly string[]) {
    this.subjects = subjects;
    this.notes = notes;
  }

  printedAs(): { rows: readonly unknown[]; notes: readonly string[] } {
    const nobody = this.subjects.length === 0 ? ["Nobody has that right by a role."] : [];
    return { rows: this.subjects, notes: [...nobody, ...this.notes.map((note) => `note: ${note}`)] };
  }

  toString(): string {
    const names = this.subjects.map(
      ({ kind, name, namespace }) => `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`,
    );
    return [...new Set(names), ...this.notes.map((note) => `note: ${note}`)].join("\n");
  }
}

/** Who may do something, computed from all roles and bindings that hold there. */
export async function whoCan(
  operation: OperationContext,
  verb: string,
  resource: string,
  options: CanOptions = {},
): Promise<WhoCan> {
  const asked = await attributesOf(operation, verb, resource, options);
  const { bound, notes } = await readRbac(operation, namespaceOf(asked), options);
  const subjects = bound
    .filter(({ rules }) => rules.some((rule) => ruleAllows(rule, asked)))
    .flatMap(({ subjects: all, binding, role, namespace }) =>
      all.map((one) => ({
        kind: one.kind,
        name: one.name,
        namespace: one.kind === "ServiceAccount" ? (one.namespace ?? namespace ?? "") : "",
        binding,
        role,
      })),
    );
  return new WhoCan(subjects, notes);
}

/** A namespace itself is judged by the bindings in it: its request is made in it. */
function namespaceOf(asked: AccessAttributes): string | undefined {
  if ("path" in asked) return undefined;
  return asked.group === "" && asked.resource === "namespaces" ? asked.name : asked.namespace;
}
