/**
 * What plain scalars mean to kubectl and the API server: sigs.k8s.io/yaml on goyaml v2, which is YAML 1.1 without
 * base-60 numbers and with timestamps kept as text. Facts from
 * https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
 */
import {
  binaryTag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  floatCoreTag,
  floatYaml11Tag,
  intCoreTag,
  intYaml11Tag,
  mergeTag,
  NOT_RESOLVED,
  type Schema,
} from "js-yaml";

const TAG = "tag:yaml.org,2002:";
const TRUE: ReadonlySet<string> = new Set("y Y yes Yes YES true True TRUE on On ON".split(" "));
const FALSE: ReadonlySet<string> = new Set("n N no No NO false False FALSE off Off OFF".split(" "));
const NULL: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);
const NOT_FINITE = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const DIGITS: readonly string[] = [..."0123456789"];
const NUMBER_STARTS: readonly string[] = [...DIGITS, "+", "-"];

/** Go's `strconv.ParseInt(text, 0, 64)` after underscores are dropped; undefined when it is no integer. */
function parseInteger(source: string): number | undefined {
  const match = /^([-+]?)(.*)$/.exec(source.replaceAll("_", ""));
  const [, sign = "", digits = ""] = match ?? [];
  let value: number;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) value = Number.parseInt(digits.slice(2), 16);
  else if (/^0[oO][0-7]+$/.test(digits)) value = Number.parseInt(digits.slice(2), 8);
  else if (/^0[bB][01]+$/.test(digits)) value = Number.parseInt(digits.slice(2), 2);
  else if (/^0[0-7]+$/.test(digits)) value = Number.parseInt(digits, 8);
  else if (/^(0|[1-9][0-9]*)$/.test(digits)) value = Number.parseInt(digits, 10);
  else return undefined;
  return sign === "-" && value !== 0 ? -value : value;
}

function parseFloatText(source: string): number | undefined {
  const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
  return FLOAT.test(plain) ? Number(plain) : undefined;
}

const booleanTag = defineScalarTag(`${TAG}bool`, {
  implicit: true,
  implicitFirstChars: [..."yYnNtTfFoO"],
  resolve: (source) => (TRUE.has(source) ? true : FALSE.has(source) ? false : NOT_RESOLVED),
  identify: (data) => typeof data === "boolean",
});

const nullTag = defineScalarTag(`${TAG}null`, {
  implicit: true,
  implicitFirstChars: ["", "~", "n", "N"],
  resolve: (source) => (NULL.has(source) ? null : NOT_RESOLVED),
  identify: (data) => data === null,
  represent: () => "null",
});

const integerTag = defineScalarTag(`${TAG}int`, {
  implicit: true,
  implicitFirstChars: NUMBER_STARTS,
  resolve: (source) => parseInteger(source) ?? NOT_RESOLVED,
  identify: (data) => Number.isInteger(data) && Math.abs(data) < 1e21,
});

const floatTag = defineScalarTag(`${TAG}float`, {
  implicit: true,
  implicitFirstChars: [...NUMBER_STARTS, "."],
  resolve: (source, isExplicit) => {
    if (NOT_FINITE.test(source)) throw new Error(`"${source}" cannot be sent: JSON has no such number; quote it`);
    return parseFloatText(source) ?? (isExplicit ? parseInteger(source) : undefined) ?? NOT_RESOLVED;
  },
  identify: (data) => typeof data === "number",
});

/** `!!timestamp` is accepted and stays text: objects go back to the server as they were written. */
const timestampTextTag = defineScalarTag(`${TAG}timestamp`, { resolve: (source) => source, identify: () => false });

/** The schema to read with. */
export const KUBERNETES_YAML: Schema = FAILSAFE_SCHEMA.withTags(
  mergeTag,
  booleanTag,
  nullTag,
  integerTag,
  floatTag,
  timestampTextTag,
  binaryTag,
);

/** Laid over js-yaml's own dump schema, so that what either generation of readers misreads is quoted. */
export const DUMPED_TAGS: Parameters<Schema["withTags"]>[0] = [
  booleanTag,
  defineScalarTag(`${TAG}int`, {
    ...integerTag,
    resolve: (source, isExplicit, tagName) => {
      const kubernetes = parseInteger(source);
      if (kubernetes !== undefined) return kubernetes;
      const yaml11 = intYaml11Tag.resolve(source, isExplicit, tagName);
      return yaml11 === NOT_RESOLVED ? intCoreTag.resolve(source, isExplicit, tagName) : yaml11;
    },
  }),
  defineScalarTag(`${TAG}float`, {
    ...floatTag,
    implicitFirstChars: null,
    resolve: (source, isExplicit, tagName) => {
      if (NOT_FINITE.test(source)) return Number.NaN;
      const kubernetes = parseFloatText(source);
      if (kubernetes !== undefined) return kubernetes;
      const yaml11 = floatYaml11Tag.resolve(source, isExplicit, tagName);
      return yaml11 === NOT_RESOLVED ? floatCoreTag.resolve(source, isExplicit, tagName) : yaml11;
    },
  }),
];
