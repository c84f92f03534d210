import type { Node } from "acorn";
import { builtObject } from "./built-objects.ts";
import { isLiteralObject, type Literal, literalOf, PartialText, UNSEEN } from "./source-literals.ts";

/** A call on `k8s` or on one of its helpers, as the source shows it. */
export interface SourceCall {
  /** The helper's name as written, a plural, short name or `plural.group`; undefined for the methods of `k8s` itself. */
  readonly helper: string | undefined;
  /** `list`, `rollout.undo`; of `k8s` itself `apply`, `access.grant`. */
  readonly method: string;
  /** Whose sub-resource the method is of: `k8s.pods.status.patch(…)`, `k8s.pods.subresource("eviction").create(…)`. */
  readonly subresource: string | undefined;
  readonly args: readonly Literal[];
  /** `"*"` for all of them, undefined for the session's, `"?"` where it is computed. */
  readonly namespace: string | undefined;
}

/** What gives another handle and asks nothing of the server: but for the right to be somebody else. */
const SCOPES = new Set(["in", "everywhere", "dryRun", "as", "use", "under"]);
/** Members of `k8s` that are neither helpers nor methods: their methods count as `http.get`. */
const PARTS = new Set(["access", "http", "top"]);

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
  expression?: Node;
}

/** `k8s.in("x").jobs.delete(n)` as steps from the left; undefined when the chain does not start at `root`. */
function chain(node: Node, root: string): Step[] | undefined {
  const shape = node as unknown as Shape;
  if (shape.type === "Identifier") return shape.name === root ? [] : undefined;
  if (shape.type === "ChainExpression" && shape.expression) return chain(shape.expression, root);
  if (shape.type === "CallExpression" && shape.callee) {
    const steps = chain(shape.callee, root);
    const last = steps?.pop();
    return steps && last && last.args === undefined ? [...steps, { ...last, args: shape.arguments ?? [] }] : undefined;
  }
  if (shape.type !== "MemberExpression" || !shape.object || !shape.property) return undefined;
  const steps = chain(shape.object, root);
  const name = shape.computed ? shape.property.value : shape.property.name;
  return steps && typeof name === "string" ? [...steps, { name, args: undefined }] : undefined;
}

/** A literal; of `k8s.make.deployment(…)` what is known of the object. */
function shown(node: Node | undefined): Literal {
  return literalOf(node, (other) => {
    const [first, second] = chain(other, "k8s") ?? [];
    const builder = first?.name === "make" ? second : chain(other, "make")?.[0];
    return builder?.args === undefined ? UNSEEN : builtObject(builder.name, builder.args.map(shown));
  });
}

/** A namespace as {@link SourceCall} has it. */
export function namespaceIn(value: Literal): string | undefined {
  return value === undefined || typeof value === "string" ? value : "?";
}

/** Takes the scopes off the front; `namespace` is what holds without them. */
function scoped(steps: readonly Step[], namespace: string | undefined): [string | undefined, readonly Step[]] {
  let [at, where] = [0, namespace];
  for (; at < steps.length && SCOPES.has(steps[at]?.name ?? ""); at++) {
    const step = steps[at];
    if (step?.name === "everywhere") where = "*";
    if (step?.name === "in") where = namespaceIn(shown(step.args?.[0]) ?? UNSEEN);
  }
  return [where, steps.slice(at)];
}

function callOf(steps: readonly Step[], around: string | undefined): SourceCall | undefined {
  const asOther = steps.findLastIndex(({ name, args }) => name === "as" && args !== undefined);
  if (asOther >= 0) {
    // What is asked behind it, the other must be allowed.
    const call = steps[asOther];
    if (asOther < steps.length - 1 || call?.args === undefined) return undefined;
    return { helper: undefined, subresource: undefined, namespace: around, method: "as", args: call.args.map(shown) };
  }
  const [namespace, rest] = scoped(steps, around);
  const [first, ...after] = rest;
  if (first === undefined) return undefined;
  if (first.args !== undefined && first.name !== "resource") {
    return { helper: undefined, subresource: undefined, namespace, method: first.name, args: first.args.map(shown) };
  }
  if (PARTS.has(first.name)) {
    const [method] = after;
    if (method?.args === undefined) return undefined;
    const name = `${first.name}.${method.name}`;
    return { helper: undefined, subresource: undefined, namespace, method: name, args: method.args.map(shown) };
  }
  const helper = first.name === "resource" ? shown(first.args?.[0]) : first.name;
  return typeof helper === "string" ? helperCall(helper, after, namespace) : undefined;
}

function helperCall(helper: string, steps: readonly Step[], around: string | undefined): SourceCall | undefined {
  const [namespace, [first, ...after]] = scoped(steps, around);
  const named = first?.name === "subresource" ? shown(first.args?.[0]) : undefined;
  const subresource = first?.name === "status" && first.args === undefined ? "status" : named;
  const rest = subresource === undefined && first !== undefined ? [first, ...after] : after;
  if (subresource !== undefined && typeof subresource !== "string") return undefined;
  const called = rest.findIndex(({ args }) => args !== undefined);
  const args = rest[called]?.args;
  if (args === undefined) return undefined;
  const method = rest
    .slice(0, called + 1)
    .map(({ name }) => name)
    .join(".");
  const values = args.map(shown);
  return { helper, subresource, method, args: values, namespace: namespaceOption(values) ?? namespace };
}

/** The option `namespace` stands above the handle's. */
function namespaceOption(args: readonly Literal[]): string | undefined {
  const options = args.findLast((one) => isLiteralObject(one) && "namespace" in one);
  return isLiteralObject(options) ? namespaceIn(options.namespace) : undefined;
}

/** Where the function of `k8s.across(targets, work)` works; undefined where that is the session's namespace. */
function acrossNamespaces(targets: Literal): readonly (string | undefined)[] {
  if (targets === UNSEEN || targets instanceof PartialText) return ["?"];
  if (!isLiteralObject(targets) || targets.namespaces === undefined) return [undefined];
  const { namespaces } = targets;
  return Array.isArray(namespaces) ? namespaces.map((one: Literal) => namespaceIn(one)) : ["*"];
}

/**
 * The calls that a script's source shows, in source order, each once; also those on branches that a run may never take.
 * Only chains that start at `k8s` are understood, such as `k8s.in("web").jobs.delete(name)` and
 * `k8s.resource("widgets.example.com").list()`; what is kept in variables is not.
 */
export function sourceCalls(program: Node): SourceCall[] {
  const found: SourceCall[] = [];
  const visit = (value: unknown, around: readonly (string | undefined)[]): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one, around);
      return;
    }
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const node = value as Node;
    let within = around;
    if (node.type === "CallExpression") {
      const steps = chain(node, "k8s");
      for (const namespace of steps === undefined ? [] : around) {
        const call = callOf(steps ?? [], namespace);
        if (call === undefined) continue;
        found.push(call);
        if (call.helper === undefined && call.method === "across") within = acrossNamespaces(call.args[0]);
      }
    }
    for (const child of Object.values(node)) visit(child, within);
  };
  visit(program, [undefined]);
  return found;
}
