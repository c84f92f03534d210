import type { AnyNode, Identifier, ImportDeclaration, Pattern, Program, VariableDeclaration } from "acorn";
import { Edits } from "./edits.ts";

/** The names under which rewritten code reaches the evaluator. */
export const helpers = {
  import: "__kubescript_import",
  named: "__kubescript_named",
  iterate: "__kubescript_iterate",
  result: "__kubescript_result",
  meta: "__kubescript_meta",
} as const;

/** Code ready to stand inside a generator function. */
export interface Rewritten {
  readonly code: string;
  /** Names that the code declares at its top level; they become properties of the global object. */
  readonly declared: readonly string[];
  /** Whether the code awaits at its top level. */
  readonly suspends: boolean;
  /** Where the expression that gives the result stands in the source. */
  readonly lastExpression: { readonly start: number; readonly end: number } | undefined;
}

/**
 * Turns a module's top level into statements of a generator function whose declarations outlive it:
 *
 * - `const`, `let`, `var`, `class`, `function` and `import` assign global properties, so a name can be declared again;
 * - `await x` becomes `yield x` and `for await` a loop over yielded steps, so that whoever drives the generator can stop
 *   waiting, and can run each stretch between two waits under its own guard;
 * - the last expression, or `export default`, is noted as the result.
 *
 * Lines keep their numbers; only functions that are used above their declaration move to the first line.
 */
export function rewrite(source: string, program: Program): Rewritten {
  const edits = new Edits(source);
  const declared = new Set<string>();
  const state: State = { source, edits, declared, heads: new Set(), suspends: false, counter: 0 };
  const imports: string[] = [];
  const functions: string[] = [];
  const last = program.body.findLast((one) => one.type !== "FunctionDeclaration" && one.type !== "EmptyStatement");

  for (const statement of program.body) {
    switch (statement.type) {
      case "ImportDeclaration":
        imports.push(importStatement(statement, state));
        edits.cut(statement.start, statement.end);
        break;
      case "ExportNamedDeclaration":
        if (statement.declaration) {
          edits.replace(statement.start, statement.declaration.start, "");
          declaration(statement.declaration, state, functions);
        } else edits.cut(statement.start, statement.end);
        break;
      case "ExportAllDeclaration":
        edits.cut(statement.start, statement.end);
        break;
      case "ExportDefaultDeclaration":
        edits.replace(statement.start, statement.declaration.start, `${helpers.result}((`);
        walk(statement.declaration, state, false);
        closeExpression(statement.declaration.end, statement.end, "))", state);
        break;
      case "ExpressionStatement":
        if (statement === last) edits.insert(statement.start, `${helpers.result}((`);
        walk(statement.expression, state, false);
        if (statement === last) closeExpression(statement.expression.end, statement.end, "))", state);
        break;
      default:
        declaration(statement, state, functions);
    }
  }
  return {
    code: imports.join("") + functions.join("") + edits.toString(),
    declared: [...declared],
    suspends: state.suspends,
    lastExpression: last?.type === "ExpressionStatement" ? { start: last.start, end: last.end } : undefined,
  };
}

interface State {
  readonly source: string;
  readonly edits: Edits;
  readonly declared: Set<string>;
  /** Declarations that stand in the head of a loop. */
  readonly heads: Set<AnyNode>;
  suspends: boolean;
  counter: number;
}

/** A parenthesis may stand between an expression and its statement's end, so the closing goes before the semicolon. */
function closeExpression(expressionEnd: number, end: number, closing: string, state: State): void {
  const tail = state.source.slice(expressionEnd, end);
  const semicolon = tail.endsWith(";") ? end - 1 : end;
  state.edits.replace(semicolon, end, `${closing};`);
}

function declaration(node: AnyNode, state: State, functions: string[]): void {
  const { edits, declared, source } = state;
  if (node.type === "VariableDeclaration") {
    variables(node, state, true);
  } else if (node.type === "ClassDeclaration" && node.id) {
    declared.add(node.id.name);
    edits.replace(node.start, node.id.end, `${node.id.name} = class`);
    walkClass(node, state, false);
    edits.insert(node.end, ";");
  } else if (node.type === "FunctionDeclaration" && node.id) {
    const { name } = node.id;
    declared.add(name);
    const mark = edits.mark();
    edits.insert(node.start, `${name} = `);
    edits.replace(node.id.start, node.id.end, "");
    walk(node, state, true);
    edits.insert(node.end, ";");
    if (mentions(source.slice(0, node.start), name)) functions.push(edits.cut(node.start, node.end, mark));
  } else walk(node, state, false);
}

function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[$]/g, "\\$&");
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`).test(text);
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

/** `const { a } = x, b` → `void ({ a } = x, b = void 0);`; in the head of a loop without the parentheses. */
function variables(node: VariableDeclaration, state: State, statement: boolean): void {
  const { edits } = state;
  const first = node.declarations[0];
  if (first === undefined) return;
  edits.replace(node.start, first.start, statement ? "void (" : "");
  for (const one of node.declarations) {
    for (const name of boundNames(one.id)) state.declared.add(name);
    walk(one.id, state, false);
    if (one.init) walk(one.init, state, false);
    else if (statement) edits.insert(one.end, node.kind === "var" ? "" : " = void 0");
  }
  if (statement) closeExpression(node.declarations.at(-1)?.end ?? node.end, node.end, ")", state);
}

/** The names that a pattern binds. */
function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => boundNames(one.type === "RestElement" ? one.argument : one.value));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : boundNames(one)));
    case "RestElement":
      return boundNames(pattern.argument);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    default:
      return [];
  }
}

function importStatement(node: ImportDeclaration, state: State): string {
  state.suspends = true;
  const specifier = JSON.stringify(node.source.value);
  const attributes = node.attributes.map((one) => {
    const key = one.key.type === "Identifier" ? one.key.name : String(one.key.value);
    return `${JSON.stringify(key)}: ${JSON.stringify(one.value.value)}`;
  });
  const options = attributes.length === 0 ? "" : `, { with: { ${attributes.join(", ")} } }`;
  const names = node.specifiers.map((one) => {
    state.declared.add(one.local.name);
    if (one.type === "ImportNamespaceSpecifier") return [one.local.name, "*"];
    if (one.type === "ImportDefaultSpecifier") return [one.local.name, "default"];
    return [one.local.name, one.imported.type === "Identifier" ? one.imported.name : String(one.imported.value)];
  });
  const module = `${helpers.import}(${specifier}${options})`;
  if (names.length === 0) return `yield ${module};`;
  state.counter += 1;
  const temporary = `__kubescript_module_${state.counter}`;
  const assignments = names.map(([local, imported]) =>
    imported === "*"
      ? `${local} = ${temporary};`
      : `${local} = ${helpers.named}(${temporary}, ${JSON.stringify(imported)}, ${specifier});`,
  );
  return `const ${temporary} = yield ${module};${assignments.join("")}`;
}

/** Visits a node's children in the order of the source. `inside`: within a function, whose awaits are its own. */
function walk(node: AnyNode, state: State, inside: boolean): void {
  const { edits } = state;
  switch (node.type) {
    case "AwaitExpression":
      if (inside) break;
      state.suspends = true;
      edits.replace(node.start, node.start + "await".length, "(yield (");
      walk(node.argument, state, inside);
      edits.insert(node.end, "))");
      return;
    case "ImportExpression":
      edits.replace(node.start, node.start + "import".length, helpers.import);
      break;
    case "MetaProperty":
      if (node.meta.name === "import") edits.replace(node.start, node.end, helpers.meta);
      return;
    case "LabeledStatement":
      if (!inside && loopOf(node)?.type === "ForOfStatement") {
        asyncLoop(node, state);
        return;
      }
      break;
    case "ForOfStatement":
      if (!inside && node.await) {
        asyncLoop(node, state);
        return;
      }
      state.heads.add(node.left);
      break;
    case "ForInStatement":
      state.heads.add(node.left);
      break;
    case "ForStatement":
      if (node.init) state.heads.add(node.init);
      break;
    case "VariableDeclaration":
      if (!inside && node.kind === "var") {
        variables(node, state, !state.heads.has(node));
        return;
      }
      break;
    case "ClassDeclaration":
    case "ClassExpression":
      walkClass(node, state, inside);
      return;
    default:
  }
  const within = inside || isFunction(node);
  for (const child of children(node)) walk(child, state, within);
}

function walkClass(
  node: AnyNode & { type: "ClassDeclaration" | "ClassExpression" },
  state: State,
  inside: boolean,
): void {
  if (node.superClass) walk(node.superClass, state, inside);
  for (const member of node.body.body) {
    if (member.type === "StaticBlock") {
      for (const child of member.body) walk(child, state, true);
      continue;
    }
    if (member.computed) walk(member.key, state, inside);
    if (member.value) walk(member.value, state, true);
  }
}

/** The `for await` under any number of labels. */
function loopOf(node: AnyNode): AnyNode | undefined {
  let inner: AnyNode = node;
  while (inner.type === "LabeledStatement") inner = inner.body;
  return inner.type === "ForOfStatement" && inner.await ? inner : undefined;
}

/**
 * `label: for await (const x of xs) body` becomes a `for` statement over steps, labels kept where `continue` needs
 * them, inside a `try` that closes the iterator however the loop ends:
 * `{ const it = iterate(xs); try { label: for (; it.step(yield it.next());) { const x = it.value; body } } finally { yield it.close(); } }`
 */
function asyncLoop(node: AnyNode, state: State): void {
  const loop = loopOf(node);
  if (loop?.type !== "ForOfStatement") return;
  const { edits, source } = state;
  const mark = edits.mark();
  state.suspends = true;
  state.counter += 1;
  const iterator = `__kubescript_iterator_${state.counter}`;
  const labels = source.slice(node.start, loop.start);

  const beforeRight = edits.mark();
  walk(loop.right, state, false);
  const right = edits.cut(loop.right.start, loop.right.end, beforeRight);
  const beforeLeft = edits.mark();
  if (loop.left.type === "VariableDeclaration" && loop.left.kind === "var") variables(loop.left, state, false);
  else walk(loop.left, state, false);
  const left = edits.cut(loop.left.start, loop.left.end, beforeLeft);
  const assignment = left.startsWith("{") ? `(${left} = ${iterator}.value);` : `${left} = ${iterator}.value;`;
  const lines = newlines(source.slice(node.start, loop.body.start)) - newlines(labels + left + right);
  edits.cut(node.start, loop.body.start, mark, lines);
  edits.insert(
    loop.body.start,
    `{ const ${iterator} = ${helpers.iterate}(${right}); try { ${labels} for (; ${iterator}.step(yield ${iterator}.next()); ) { ${assignment} `,
  );
  walk(loop.body, state, false);
  edits.insert(loop.body.end, ` } } finally { yield ${iterator}.close(); } }`);
}

function isFunction(node: AnyNode): boolean {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) found.push(one);
  }
  return found.sort((left, right) => left.start - right.start);
}

function isNode(value: unknown): value is AnyNode & Identifier {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
