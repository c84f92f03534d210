import type { Node } from "acorn";

/** What only running the script would tell. */
export const UNSEEN: unique symbol = Symbol("unseen");
/** Key of what a `...spread` adds to an object. */
export const SPREAD = "...";

/** A value as far as the source shows it. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | undefined
  | typeof UNSEEN
  | PartialText
  | readonly Literal[]
  | LiteralObject;

export interface LiteralObject {
  readonly [key: string]: Literal;
}

/** A template with expressions: its fixed parts, between which anything may stand. */
export class PartialText {
  readonly parts: readonly string[];

  constructor(parts: readonly string[]) {
    this.parts = parts;
  }
}

interface Shape {
  readonly type: string;
  readonly value?: unknown;
  readonly regex?: unknown;
  readonly name?: string;
  readonly computed?: boolean;
  readonly key?: Node;
  readonly elements?: readonly (Node | null)[];
  readonly properties?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
}

/** The value of an expression; `other` may know of expressions that are no literals. */
export function literalOf(node: Node | undefined, other: (node: Node) => Literal = () => UNSEEN): Literal {
  const shape = node as unknown as Shape | undefined;
  if (node === undefined || shape === undefined) return undefined;
  switch (shape.type) {
    case "Literal":
      return isPlain(shape.value) && shape.regex === undefined ? shape.value : UNSEEN;
    case "Identifier":
      return shape.name === "undefined" ? undefined : UNSEEN;
    case "TemplateLiteral":
      return templateOf(shape);
    case "ArrayExpression":
      return (shape.elements ?? []).map((one) => (one === null ? undefined : literalOf(one, other)));
    case "ObjectExpression":
      return objectOf(shape.properties ?? [], other);
    default:
      return other(node);
  }
}

export function isLiteralObject(value: Literal): value is LiteralObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof PartialText);
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function templateOf({ quasis = [], expressions = [] }: Shape): Literal {
  const parts = quasis.map(({ value }) => value.cooked ?? "");
  return expressions.length === 0 ? (parts[0] ?? "") : new PartialText(parts);
}

function objectOf(properties: readonly Node[], other: (node: Node) => Literal): LiteralObject {
  const values: Record<string, Literal> = {};
  for (const property of properties as unknown as Shape[]) {
    const key = property.key as unknown as Shape | undefined;
    const name = property.computed === true ? undefined : (key?.name ?? key?.value);
    if (property.type === "Property" && name !== undefined) {
      values[String(name)] = literalOf(property.value as Node, other);
    } else {
      values[SPREAD] = UNSEEN;
    }
  }
  return values;
}
