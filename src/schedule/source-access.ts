import type { Node } from "acorn";

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

/** Methods of a resource helper and the RBAC verbs that each needs. */
const METHOD_VERBS: Readonly<Record<string, { verbs: readonly string[]; subresource?: string }>> = {
  get: { verbs: ["get"] },
  find: { verbs: ["get"] },
  list: { verbs: ["list"] },
  iterate: { verbs: ["list"] },
  watch: { verbs: ["list", "watch"] },
  cache: { verbs: ["list", "watch"] },
  wait: { verbs: ["get", "list", "watch"] },
  create: { verbs: ["create"] },
  apply: { verbs: ["create", "patch"] },
  replace: { verbs: ["update"] },
  patch: { verbs: ["patch"] },
  edit: { verbs: ["get", "update"] },
  delete: { verbs: ["delete"] },
  deleteAll: { verbs: ["list", "deletecollection"] },
  scale: { verbs: ["get", "patch"], subresource: "scale" },
  logs: { verbs: ["get"], subresource: "log" },
};

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

function accessOf(steps: readonly Step[]): SourceAccess | undefined {
  let namespace: string | undefined;
  let at = 0;
  for (; at < steps.length && SCOPES.has(steps[at]?.name ?? ""); at++) {
    const step = steps[at];
    if (step?.name === "everywhere") namespace = "*";
    if (step?.name === "in") namespace = literal(step.args?.[0]) ?? "?";
  }
  const [helper, method] = [steps[at], steps[at + 1]];
  if (helper === undefined || method?.args === undefined) return undefined;
  const resource = helper.name === "resource" ? literal(helper.args?.[0]) : helper.args ? undefined : helper.name;
  const known = Object.hasOwn(METHOD_VERBS, method.name) ? METHOD_VERBS[method.name] : undefined;
  if (resource === undefined || known === undefined) return undefined;
  return { resource, verbs: known.verbs, subresource: known.subresource, namespace };
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
      const access = steps && accessOf(steps);
      if (access) found.set(JSON.stringify(access), access);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return [...found.values()];
}
