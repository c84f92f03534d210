/** What every builder has in common: its name and options checked, its metadata. */
import type { ObjectMeta } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";

/** What every builder takes besides its own options. */
export interface MakeOptions {
  /** Default: none, so that the handle that creates it says where. */
  readonly namespace?: string | undefined;
  /** Besides those that the builder sets by itself. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** One value, several, or several in one text with commas: `"get,list"`. */
export type Names = string | readonly string[];

/** The error of a builder: `Cannot make Deployment "web": <what>`. */
export type Refuse = (what: string, hint?: string) => UsageError;

const COMMON = ["namespace", "labels", "annotations"];

/** Checks the name and that there is no option but those known; gives the builder its error. */
export function making(kind: string, name: unknown, options: object, known: readonly string[]): Refuse {
  const refuse: Refuse = (what, hint) =>
    new UsageError("INVALID_INPUT", `Cannot make ${kind} ${JSON.stringify(name) ?? typeof name}: ${what}`, { hint });
  if (typeof name !== "string" || name === "") {
    throw refuse("its name is no text", 'Give the name first: ("web", { … }).');
  }
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw refuse("its options are no object");
  }
  const all = [...known, ...COMMON];
  const unknown = Object.keys(options).find((key) => !all.includes(key));
  if (unknown !== undefined) throw refuse(`there is no option "${unknown}"`, `It takes ${all.join(", ")}.`);
  return refuse;
}

/** The metadata of a new object. */
export function metadataFor(
  name: string,
  options: MakeOptions,
  labels: Readonly<Record<string, string>> = {},
): ObjectMeta {
  const all = { ...labels, ...options.labels };
  return {
    name,
    ...given({
      namespace: options.namespace,
      labels: Object.keys(all).length === 0 ? undefined : all,
      annotations: options.annotations,
    }),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that have a value. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** The names of a list, or of a text with commas; each once, in their order. */
export function namesOf(names: Names | undefined): string[] {
  const list = typeof names === "string" ? names.split(",") : (names ?? []);
  return [...new Set(list.map((one) => String(one).trim()).filter((one) => one !== ""))];
}

/** One value or several. */
export function listOf<T>(values: T | readonly T[] | undefined): readonly T[] {
  if (values === undefined) return [];
  return Array.isArray(values) ? (values as readonly T[]) : [values as T];
}

/** A whole number within bounds. */
export function wholeNumber(refuse: Refuse, field: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw refuse(`${field} is ${JSON.stringify(value)}`, `It is a whole number ${bounds}.`);
}

/** A port's number. */
export function portNumber(refuse: Refuse, field: string, value: unknown): number {
  return wholeNumber(
    refuse,
    field,
    typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value,
    1,
    65_535,
  );
}

/** A port's number, or its name in the containers. */
export function portNumberOrName(refuse: Refuse, field: string, value: unknown): number | string {
  if (typeof value === "number" || /^\d+$/.test(String(value))) return portNumber(refuse, field, value);
  const name = String(value);
  if (name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name)) return name;
  throw refuse(
    `${field} is "${name}"`,
    "A port is a number from 1 to 65535, or a name of at most 15 lower-case letters, digits and single hyphens.",
  );
}
