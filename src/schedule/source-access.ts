import type { Node } from "acorn";
import { CLUSTER_RIGHTS, HELPER_RIGHTS, type MethodRight } from "./method-rights.ts";

/**
 * What a script's source shows of the accesses it can make, also on branches that a trial run did not take: a run
 * that finds nothing to delete never asks for `delete`. Only chains that start at `k8s` are understood, such as
 * `k8s.in("web").jobs.delete(name)` and `k8s.resource("widgets.example.com").list()`; what is kept in variables is not.
 */
export interface SourceAccess {
  /** The helper's name as written: a plural, short name or `plural.group`. */
  readonly resource: string;
  /** `k8s` verbs of the call, as RBAC verbs; sub-resources as `create pods/eviction` are given by {@link subresource}. */
  readonly verbs: readonly string[];
  readonly subresource: string | undefined;
  /** A literal namespace, `"*"` for everywhere, undefined for the session's, `"?"` where it is computed. */
  readonly namespace: string | undefined;
}

const SCOPES = new Set(["in", "everywhere", "dryRun", "as", "use"]);

interface Step {
  readonly name: string;
  readonly args: readonly Node[] | undefined;
}

interface Shape {
  type: string;
  object?: Node;
  property?: Node & { name?: string; value?: unknown };
  computed?: boolean;
  callee?: Node;
  arguments?: Node[];
  name?: string;
  value?: unknown;
  expression?: Node;
}

/** `k8s.in("x").jobs.delete(n)` as steps from the left; undefined when the chain does not start at `k8s`. */
function chain(node: Node): Step[] | undefined {
  const shape = node as unknown as Shape;
  if (shape.type === "Identifier") return shape.name === "k8s" ? [] : undefined;
  if (shape.type === "ChainExpression" && shape.expression) return chain(shape.expression);
  if (shape.type === "CallExpression" && shape.callee) {
    const steps = chain(shape.callee);
    const last = steps?.pop();
    return steps && last && last.args === undefined ? [...steps, { ...last, args: shape.arguments ?? [] }] : undefined;
  }
  if (shape.type !== "MemberExpression" || !shape.object || !shape.property) return undefined;
  const steps = chain(shape.object);
  const name = shape.computed ? shape.property.value : shape.property.name;
  return steps && typeof name === "string" ? [...steps, { name, args: undefined }] : undefined;
}

function literal(node: Node | undefined): string | undefined {
  const value = (node as unknown as Shape | undefined)?.value;
  return typeof value === "string" ? value : undefined;
}

function accessesOf(steps: readonly Step[]): SourceAccess[] {
  let namespace: string | undefined;
  let at = 0;
  for (; at < steps.length && SCOPES.has(steps[at]?.name ?? ""); at++) {
    const step = steps[at];
    if (step?.name === "everywhere") namespace = "*";
    if (step?.name === "in") namespace = literal(step.args?.[0]) ?? "?";
  }
  const rest = steps.slice(at);
  const accesses = (rights: readonly MethodRight[] | undefined, own: string | undefined): SourceAccess[] =>
    (rights ?? []).flatMap(({ resource = own, verbs, subresource, everywhere }) =>
      resource === undefined ? [] : [{ resource, verbs, subresource, namespace: everywhere ? "*" : namespace }],
    );
  const ofCluster = accesses(rightsIn(CLUSTER_RIGHTS, rest), undefined);
  if (ofCluster.length > 0) return ofCluster;
  const [helper, ...method] = rest;
  if (helper === undefined) return [];
  const resource = helper.name === "resource" ? literal(helper.args?.[0]) : helper.args ? undefined : helper.name;
  return resource === undefined ? [] : accesses(rightsIn(HELPER_RIGHTS, method), resource);
}

/** The rights of the method that the steps call first: `rollout`, `undo(…)`. */
function rightsIn(
  table: Readonly<Record<string, readonly MethodRight[]>>,
  steps: readonly Step[],
): readonly MethodRight[] | undefined {
  const call = steps.findIndex(({ args }) => args !== undefined);
  if (call < 0) return undefined;
  const name = steps
    .slice(0, call + 1)
    .map((step) => step.name)
    .join(".");
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Every access that the syntax tree shows, in source order, each once. */
export function sourceAccesses(program: Node): SourceAccess[] {
  const found = new Map<string, SourceAccess>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
      return;
    }
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const node = value as Node;
    if (node.type === "CallExpression") {
      const steps = chain(node);
      for (const access of steps === undefined ? [] : accessesOf(steps)) found.set(JSON.stringify(access), access);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return [...found.values()];
}
