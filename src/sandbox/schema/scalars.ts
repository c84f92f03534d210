import { formatQuantity, parseQuantity } from "./quantity.ts";

/** Reads one scalar of JSON as its Go type would and gives what that type writes. */
export interface ScalarDecoder {
  readonly zero: unknown;
  /** The type that an error names, where it is not the field's own. */
  readonly goType?: string;
  /** Undefined: the value is not of this type. */
  decode(value: unknown): unknown;
  /** What Go says it found: `string`, `number 1.5` … */
  describe(value: unknown): string;
  /** The message of a type that reads its own JSON, instead of "cannot unmarshal …". */
  explain?(value: unknown): string | undefined;
}

export type ScalarKind =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "number"
  | "bytes"
  | "quantity"
  | "intOrString"
  | "time"
  | "microTime";

const COMPONENTS: Readonly<Record<string, ScalarKind>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
};

/** The scalar that a schema component stands for; undefined for any other component. */
export function scalarKind(component: string): ScalarKind | undefined {
  return COMPONENTS[component];
}

const MAX_INT32 = 2 ** 31;
const MAX_INT64 = 2 ** 63;
const RFC3339 = /^\d{4}-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The decoders by kind. */
export const SCALAR_DECODERS: Readonly<Record<ScalarKind, ScalarDecoder>> = {
  string: plain("", (value) => typeof value === "string"),
  boolean: plain(false, (value) => typeof value === "boolean"),
  int32: integer(MAX_INT32),
  int64: integer(MAX_INT64),
  number: plain(0, (value) => typeof value === "number"),
  bytes: {
    zero: null,
    decode: (value) =>
      typeof value === "string" && base64Fault(value) === undefined ? rewriteBase64(value) : undefined,
    describe: goKind,
    explain: (value) => {
      const fault = typeof value === "string" ? base64Fault(value) : undefined;
      return fault === undefined ? undefined : `illegal base64 data at input byte ${fault}`;
    },
  },
  quantity: {
    zero: "0",
    decode: (value) => {
      const parsed = parseQuantity(quantityText(value));
      return typeof parsed === "string" ? undefined : formatQuantity(parsed);
    },
    describe: goKind,
    explain: (value) => {
      const parsed = parseQuantity(quantityText(value));
      return typeof parsed === "string" ? parsed : undefined;
    },
  },
  intOrString: {
    zero: 0,
    goType: "int32",
    decode: (value) => (typeof value === "string" || isInteger(value, MAX_INT32) ? value : undefined),
    describe: numberOrKind,
  },
  time: time((text) => `${new Date(Date.parse(text)).toISOString().slice(0, 19)}Z`, "2006-01-02T15:04:05Z07:00"),
  microTime: time(rewriteMicroTime, "2006-01-02T15:04:05.000000Z07:00"),
};

function plain(zero: unknown, accepts: (value: unknown) => boolean): ScalarDecoder {
  return { zero, decode: (value) => (accepts(value) ? value : undefined), describe: goKind };
}

function integer(limit: number): ScalarDecoder {
  return { zero: 0, decode: (value) => (isInteger(value, limit) ? value : undefined), describe: numberOrKind };
}

function isInteger(value: unknown, limit: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= -limit && value < limit;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Go quotes a number that an integer cannot hold. */
function numberOrKind(value: unknown): string {
  return typeof value === "number" ? `number ${value}` : goKind(value);
}

function quantityText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value).replace("e+", "e") : "{}";
}

function time(rewrite: (text: string) => string, layout: string): ScalarDecoder {
  return {
    zero: null,
    decode: (value) =>
      typeof value === "string" && timeFault(value, layout) === undefined ? rewrite(value) : undefined,
    describe: goKind,
    explain: (value) => (typeof value === "string" ? timeFault(value, layout) : undefined),
  };
}

const TIME_PARTS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, "2006"],
  [/^-/, "-"],
  [/^\d\d/, "01"],
  [/^-/, "-"],
  [/^\d\d/, "02"],
  [/^T/, "T"],
  [/^\d\d/, "15"],
  [/^:/, ":"],
  [/^\d\d/, "04"],
  [/^:/, ":"],
  [/^\d\d(\.\d+)?/, "05"],
  [/^(Z|[+-]\d\d:\d\d)/, "Z07:00"],
];

/** Why Go's time.Parse refuses a text; undefined when it does not. */
function timeFault(text: string, layout: string): string | undefined {
  const opening = `parsing time ${JSON.stringify(text)}`;
  const match = RFC3339.exec(text);
  if (match !== null) {
    const [, month, day, hour, minute, second] = match.map(Number);
    const wrong = outOfRange(month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0, text);
    return wrong === undefined ? undefined : `${opening}: ${wrong} out of range`;
  }
  let rest = text;
  for (const [pattern, element] of TIME_PARTS) {
    const part = pattern.exec(rest)?.[0];
    if (part === undefined) return `${opening} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`;
    rest = rest.slice(part.length);
  }
  return `${opening}: extra text: ${JSON.stringify(rest)}`;
}

function outOfRange(
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  text: string,
): string | undefined {
  if (month < 1 || month > 12) return "month";
  if (hour > 23) return "hour";
  if (minute > 59) return "minute";
  if (second > 59) return "second";
  const days = new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
  return day < 1 || day > days ? "day" : undefined;
}

function rewriteMicroTime(text: string): string {
  const fraction = (/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(6, "0").slice(0, 6);
  return `${new Date(Date.parse(text)).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The position at which Go's decoder gives up; undefined for valid base64. Line breaks are skipped, as Go does. */
function base64Fault(text: string): number | undefined {
  const match = /^(?:[A-Za-z0-9+/\r\n])*/.exec(text)?.[0].length ?? 0;
  const data = text.replace(/[\r\n]/g, "");
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data)) return undefined;
  return match === text.length ? text.length - (data.length % 4) : match;
}

function rewriteBase64(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, "") : text;
}
