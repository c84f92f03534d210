import { inspectAsText } from "../../core/inspect-as-text.ts";
import { ruleResource } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { CallScope } from "../../resources/options.ts";
import type { PrintedAs } from "../../resources/printed.ts";
import { namespaceOf } from "../../resources/scope.ts";
import type { PolicyRule, Subject } from "../../types/rbac-v1.ts";
import type { OperationContext } from "../context.ts";
import { readRbac } from "./rbac-objects.ts";
import { review } from "./review.ts";

/** A rule, and where it is from as far as that is known. */
export interface AccessRule extends PolicyRule {
  readonly binding?: string;
  readonly role?: string;
}

export interface RulesOfOptions extends CallScope {
  /** Groups that whoever logs the user in says it has, besides those that everybody has. Default none. */
  readonly groups?: readonly string[] | undefined;
}

/** What somebody may do in a namespace. For reading: to know of one right, ask {@link can}. */
export class AccessRules implements PrintedAs {
  static {
    inspectAsText(AccessRules.prototype);
  }

  readonly rules: readonly AccessRule[];
  /** Whether there may be more than these. */
  readonly incomplete: boolean;
  /** Why, as far as it is known. */
  readonly notes: readonly string[];

  constructor(rules: readonly AccessRule[], incomplete: boolean, notes: readonly string[]) {
    this.rules = rules;
    this.incomplete = incomplete;
    this.notes = notes;
  }

  /** As `kubectl auth can-i --list`: a row for each resource, rows of the same one together. */
  printedAs(): { rows: readonly unknown[]; notes: readonly string[] } {
    const incomplete = this.incomplete ? ["warning: the list may be incomplete"] : [];
    const nothing = this.rules.length === 0 ? ["No right is known."] : [];
    return {
      rows: printedRows(this.rules),
      notes: [...nothing, ...incomplete, ...this.notes.map((one) => `note: ${one}`)],
    };
  }

  toString(): string {
    const lines = printedRows(this.rules).map((row) => Object.values(row).join(" "));
    return [...lines, ...(this.incomplete ? ["warning: the list may be incomplete"] : [])].join("\n");
  }
}

/** What we may do in a namespace, as far as the server's authorizers can say it. */
export async function rules(operation: OperationContext, options: CallScope = {}): Promise<AccessRules> {
  const asked = { group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectRulesReview" };
  const spec = { namespace: requireNamespace(operation, options.namespace) };
  interface Answer {
    resourceRules?: PolicyRule[];
    nonResourceRules?: PolicyRule[];
    incomplete?: boolean;
    evaluationError?: string;
  }
  const { status = {} } = await review<Answer>(operation.transport, asked, spec, options);
  const { resourceRules = [], nonResourceRules = [], incomplete = false, evaluationError = "" } = status;
  const notes = evaluationError === "" ? [] : [evaluationError];
  return new AccessRules([...(resourceRules ?? []), ...(nonResourceRules ?? [])], incomplete, notes);
}

/**
 * What a user (`"jane"`) or service account (`"system:serviceaccount:ns:name"`) may do in a namespace, computed from the
 * roles and bindings that we can read.
 */
export async function rulesOf(
  operation: OperationContext,
  user: string,
  options: RulesOfOptions = {},
): Promise<AccessRules> {
  const { signal } = options;
  const namespace = requireNamespace(operation, options.namespace);
  if (typeof user !== "string" || user === "") {
    throw new UsageError("INVALID_INPUT", "Cannot tell the rules of a user: its name is no text");
  }
  const groups = groupsOf(user, options.groups ?? []);
  const { bound, notes } = await readRbac(operation, namespace, { signal });
  const found = bound
    .filter(({ subjects, namespace: own }) => subjects.some((one) => isUser(one, user, groups, own)))
    .flatMap(({ rules: list, binding, role, namespace: own }) =>
      // A path is in no namespace, so that a binding in one gives no right to it.
      list
        .filter(({ resources = [] }) => own === undefined || resources.length > 0)
        .map((rule) => ({ ...rule, binding, role })),
    );
  return new AccessRules(found, notes.length > 0, notes);
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

function groupsOf(user: string, given: readonly string[]): string[] {
  const namespace = SERVICE_ACCOUNT.exec(user)?.[1];
  const own = namespace === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  const everybody = user === "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
  return [...given, ...own, everybody];
}

function isUser(
  subject: Subject,
  user: string,
  groups: readonly string[],
  bindingNamespace: string | undefined,
): boolean {
  if (subject.kind === "User") return subject.name === user;
  if (subject.kind === "Group") return groups.includes(subject.name);
  const [, namespace, name] = SERVICE_ACCOUNT.exec(user) ?? [];
  return subject.name === name && (subject.namespace ?? bindingNamespace) === namespace;
}

function requireNamespace({ scope }: OperationContext, given: string | undefined): string {
  const namespace = given ?? namespaceOf(scope);
  if (namespace !== "*") return namespace;
  throw new UsageError("USAGE", "Cannot list rules of all namespaces: rules are of one namespace", {
    hint: 'Name it: k8s.in("web").access.rules(), or ask one question: k8s.everywhere.can("get", "pods").',
  });
}

/** One row for each resource or path with the same names and origin; its verbs together. */
function printedRows(list: readonly AccessRule[]): Record<string, string>[] {
  const rows = new Map<string, { row: Record<string, string>; verbs: Set<string> }>();
  for (const {
    verbs,
    apiGroups = [],
    resources = [],
    resourceNames = [],
    nonResourceURLs = [],
    binding,
    role,
  } of list) {
    const origin = binding === undefined ? {} : { binding, role: role ?? "" };
    const named = apiGroups.flatMap((group) =>
      resources.map((resource) => ({
        resources: ruleResource(resource, group),
        nonResourceUrls: "[]",
        resourceNames: `[${resourceNames.join(" ")}]`,
      })),
    );
    const paths = nonResourceURLs.map((url) => ({ resources: "", nonResourceUrls: `[${url}]`, resourceNames: "[]" }));
    for (const one of [...named, ...paths]) {
      const key = JSON.stringify([one, origin]);
      const entry = rows.get(key) ?? { row: { ...one, verbs: "", ...origin }, verbs: new Set<string>() };
      rows.set(key, entry);
      for (const verb of verbs) entry.verbs.add(verb);
      entry.row.verbs = `[${[...entry.verbs].join(" ")}]`;
    }
  }
  return [...rows.values()].map(({ row }) => row);
}
