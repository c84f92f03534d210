import { isIP } from "node:net";
import { Environment } from "@marcbachmann/cel-js";
import { formatQuantity, parseQuantity } from "../../schema/quantity.ts";
import { isCidr } from "../formats.ts";
import { regularExpression } from "../regular-expression.ts";

/** A quantity inside an expression: `quantity("1Gi")`. */
class CelQuantity {
  readonly nano: bigint;
  readonly text: string;

  constructor(nano: bigint, text: string) {
    this.nano = nano;
    this.text = text;
  }
}

/** A URL inside an expression: `url("https://…")`. */
class CelUrl {
  readonly url: URL;

  constructor(url: URL) {
    this.url = url;
  }
}

const NANO = 1_000_000_000n;

/**
 * An environment for validation rules: CEL with Kubernetes' libraries of strings, lists, regular expressions,
 * quantities, URLs and IP addresses. Values have no static types: what a rule gets wrong shows when it is evaluated.
 * https://kubernetes.io/docs/reference/using-api/cel/
 */
export function ruleEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable("self", "dyn")
    .registerVariable("oldSelf", "dyn")
    .registerType("Quantity", CelQuantity)
    .registerType("URL", CelUrl);
  for (const [signature, handler] of Object.entries(FUNCTIONS)) environment.registerFunction(signature, handler);
  return environment;
}

type Handler = (...values: never[]) => unknown;

const STRINGS: Readonly<Record<string, Handler>> = {
  "string.charAt(int): string": (text: string, at: bigint) => [...text][Number(at)] ?? "",
  "string.replace(string, string): string": (text: string, from: string, to: string) => text.replaceAll(from, () => to),
  "string.replace(string, string, int): string": replaceSome,
  "string.reverse(): string": (text: string) => [...text].reverse().join(""),
  "string.format(list<dyn>): string": format,
};

const LISTS: Readonly<Record<string, Handler>> = {
  "list<dyn>.sum(): dyn": (list: readonly (bigint | number)[]) =>
    list.reduce<bigint | number>(
      (sum, one) => (typeof sum === "bigint" && typeof one === "bigint" ? sum + one : Number(sum) + Number(one)),
      0n,
    ),
  "list<dyn>.min(): dyn": (list: readonly Comparable[]) => extreme(list, "min", (a, b) => a < b),
  "list<dyn>.max(): dyn": (list: readonly Comparable[]) => extreme(list, "max", (a, b) => a > b),
  "list<dyn>.isSorted(): bool": (list: readonly Comparable[]) =>
    list.every((one, index) => index === 0 || (list[index - 1] ?? one) <= one),
  "list<dyn>.indexOf(dyn): int": (list: readonly unknown[], value: unknown) => BigInt(list.indexOf(value)),
  "list<dyn>.lastIndexOf(dyn): int": (list: readonly unknown[], value: unknown) => BigInt(list.lastIndexOf(value)),
};

const REGULAR_EXPRESSIONS: Readonly<Record<string, Handler>> = {
  "string.find(string): string": (text: string, pattern: string) => expression(pattern).exec(text)?.[0] ?? "",
  "string.findAll(string): list<string>": (text: string, pattern: string) => findAll(text, pattern),
  "string.findAll(string, int): list<string>": (text: string, pattern: string, limit: bigint) =>
    limit < 0n ? findAll(text, pattern) : findAll(text, pattern).slice(0, Number(limit)),
};

const QUANTITIES: Readonly<Record<string, Handler>> = {
  "quantity(string): Quantity": quantity,
  "isQuantity(string): bool": (text: string) => typeof parseQuantity(text) !== "string",
  "Quantity.isInteger(): bool": ({ nano }: CelQuantity) => nano % NANO === 0n,
  "Quantity.asInteger(): int": asInteger,
  "Quantity.asApproximateFloat(): double": ({ nano }: CelQuantity) => Number(nano) / Number(NANO),
  "Quantity.sign(): int": ({ nano }: CelQuantity) => compare(nano, 0n),
  "Quantity.compareTo(Quantity): int": (a: CelQuantity, b: CelQuantity) => compare(a.nano, b.nano),
  "Quantity.isGreaterThan(Quantity): bool": (a: CelQuantity, b: CelQuantity) => a.nano > b.nano,
  "Quantity.isLessThan(Quantity): bool": (a: CelQuantity, b: CelQuantity) => a.nano < b.nano,
  "Quantity.add(Quantity): Quantity": (a: CelQuantity, b: CelQuantity) => ofNano(a.nano + b.nano),
  "Quantity.sub(Quantity): Quantity": (a: CelQuantity, b: CelQuantity) => ofNano(a.nano - b.nano),
  "Quantity.add(int): Quantity": (a: CelQuantity, b: bigint) => ofNano(a.nano + b * NANO),
  "Quantity.sub(int): Quantity": (a: CelQuantity, b: bigint) => ofNano(a.nano - b * NANO),
};

const URLS: Readonly<Record<string, Handler>> = {
  "isURL(string): bool": (text: string) => URL.canParse(text) || text.startsWith("/"),
  "url(string): URL": parseUrl,
  "URL.getScheme(): string": ({ url }: CelUrl) => (url.origin === RELATIVE ? "" : url.protocol.slice(0, -1)),
  "URL.getHost(): string": ({ url }: CelUrl) => (url.origin === RELATIVE ? "" : url.host),
  "URL.getHostname(): string": ({ url }: CelUrl) => (url.origin === RELATIVE ? "" : url.hostname),
  "URL.getPort(): string": ({ url }: CelUrl) => url.port,
  "URL.getEscapedPath(): string": ({ url }: CelUrl) => url.pathname,
  "isIP(string): bool": (text: string) => isIP(text) !== 0,
  "isCIDR(string): bool": isCidr,
};

const FUNCTIONS: Readonly<Record<string, Handler>> = {
  ...STRINGS,
  ...LISTS,
  ...REGULAR_EXPRESSIONS,
  ...QUANTITIES,
  ...URLS,
};

type Comparable = bigint | number | string | boolean;

/** Stands for the origin of a URL that is a path only. */
const RELATIVE = "http://relative.invalid";

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  let left = limit;
  return text.replaceAll(from, () => {
    left -= 1n;
    return left >= 0n ? to : from;
  });
}

function format(template: string, values: readonly unknown[]): string {
  let next = 0;
  return template.replace(
    /%%|%(?:\.(\d+))?([a-zA-Z])/g,
    (text, digits: string | undefined, verb: string | undefined) => {
      if (text === "%%" || verb === undefined) return "%";
      if (next >= values.length) throw new Error(`index ${next} out of range`);
      const value = values[next];
      next += 1;
      switch (verb) {
        case "f":
          return Number(value).toFixed(Number(digits ?? 6));
        case "e":
          return Number(value).toExponential(Number(digits ?? 6));
        case "b":
          return BigInt(Number(value)).toString(2);
        case "o":
          return BigInt(Number(value)).toString(8);
        case "x":
          return BigInt(Number(value)).toString(16);
        case "X":
          return BigInt(Number(value)).toString(16).toUpperCase();
        default:
          return textOf(value);
      }
    },
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

function extreme<T extends Comparable>(list: readonly T[], name: string, better: (a: T, b: T) => boolean): T {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, one) => (better(one, best) ? one : best), first);
}

function expression(pattern: string): RegExp {
  const compiled = regularExpression(pattern);
  if (compiled === undefined) throw new Error(`Illegal regex: error parsing regexp: ${pattern}`);
  return compiled;
}

function findAll(text: string, pattern: string): string[] {
  const { source, flags } = expression(pattern);
  return [...text.matchAll(new RegExp(source, `${flags}g`))].map(([found]) => found);
}

function quantity(text: string): CelQuantity {
  const parsed = parseQuantity(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return new CelQuantity(parsed.nano, formatQuantity(parsed));
}

function ofNano(nano: bigint): CelQuantity {
  return new CelQuantity(nano, formatQuantity({ nano, format: "DecimalSI" }));
}

function asInteger({ nano }: CelQuantity): bigint {
  if (nano % NANO !== 0n) throw new Error("cannot convert value to integer");
  return nano / NANO;
}

function compare(a: bigint, b: bigint): bigint {
  return a === b ? 0n : a < b ? -1n : 1n;
}

function parseUrl(text: string): CelUrl {
  if (URL.canParse(text)) return new CelUrl(new URL(text));
  if (text.startsWith("/")) return new CelUrl(new URL(text, RELATIVE));
  throw new Error(
    `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
  );
}
