import { isRecord } from "../core/record.ts";
import { parseYaml } from "../core/yaml.ts";
import { ConfigError, KubescriptError } from "../errors.ts";
import { yamlLine } from "./yaml-lines.ts";

/** A `cluster` entry as it stands in a kubeconfig; fields that are not known here are kept in the document. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  readonly extensions?: readonly KubeconfigExtension[];
}

/** A `user` entry as it stands in a kubeconfig. */
export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  readonly "auth-provider"?: { readonly name?: string };
  readonly exec?: KubeconfigExec;
}

/** A user's `exec` entry. */
export interface KubeconfigExec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name?: string; readonly value?: string }[];
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
  readonly installHint?: string;
}

/** A `context` entry. */
export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** A named extension: any object that some tool keeps beside an entry. */
export interface KubeconfigExtension {
  readonly name?: string;
  readonly extension?: unknown;
}

/** One kubeconfig file, read and checked. */
export interface KubeconfigFile {
  readonly path: string;
  /** The whole document as it was read, unknown fields included: what an edit writes back. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}

type FieldType = "string" | "boolean" | "strings" | "object" | "objects" | "stringLists";

const CLUSTER_FIELDS: Readonly<Record<string, FieldType>> = {
  server: "string",
  "tls-server-name": "string",
  "insecure-skip-tls-verify": "boolean",
  "certificate-authority": "string",
  "certificate-authority-data": "string",
  "proxy-url": "string",
  "disable-compression": "boolean",
  extensions: "objects",
};

const USER_FIELDS: Readonly<Record<string, FieldType>> = {
  "client-certificate": "string",
  "client-certificate-data": "string",
  "client-key": "string",
  "client-key-data": "string",
  token: "string",
  tokenFile: "string",
  username: "string",
  password: "string",
  as: "string",
  "as-uid": "string",
  "as-groups": "strings",
  "as-user-extra": "stringLists",
  "auth-provider": "object",
  exec: "object",
};

const EXEC_FIELDS: Readonly<Record<string, FieldType>> = {
  apiVersion: "string",
  command: "string",
  args: "strings",
  env: "objects",
  interactiveMode: "string",
  provideClusterInfo: "boolean",
  installHint: "string",
};

const ENV_FIELDS: Readonly<Record<string, FieldType>> = { name: "string", value: "string" };

const CONTEXT_FIELDS: Readonly<Record<string, FieldType>> = {
  cluster: "string",
  user: "string",
  namespace: "string",
  extensions: "objects",
};

/** The sections of a kubeconfig: the list's key, and the key of the entry inside each of its items. */
export const SECTIONS: {
  readonly clusters: "cluster";
  readonly users: "user";
  readonly contexts: "context";
} = { clusters: "cluster", users: "user", contexts: "context" };

/** `clusters`, `users` or `contexts`. */
export type Section = keyof typeof SECTIONS;

/**
 * Reads the text of one kubeconfig (YAML or JSON). An empty text is an empty kubeconfig. Throws a ConfigError
 * `KUBECONFIG_INVALID` that names the file and the line; values are never repeated in it, they may be credentials.
 */
export function parseKubeconfig(text: string, path: string): KubeconfigFile {
  const document = parseDocument(text, path);
  const check = new Checker(text, path);
  check.field(document, "kind", "string", []);
  if (document.kind !== undefined && document.kind !== "Config") {
    throw check.error(["kind"], `kind is ${JSON.stringify(document.kind)}, not "Config"`);
  }
  check.field(document, "current-context", "string", []);
  const currentContext = document["current-context"];
  return {
    path,
    document,
    currentContext: typeof currentContext === "string" && currentContext !== "" ? currentContext : undefined,
    clusters: check.section(document, "clusters", CLUSTER_FIELDS),
    users: check.section(document, "users", USER_FIELDS),
    contexts: check.section(document, "contexts", CONTEXT_FIELDS),
  };
}

function parseDocument(text: string, path: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parseYaml(text, { file: path });
  } catch (cause) {
    // The parser's message quotes the offending line, which may hold a token: only the place and the reason pass.
    const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    const reason = cause instanceof KubescriptError ? message.replace(/^Cannot read /, "") : message;
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot read kubeconfig ${reason}`, {
      hint: "Correct the file; it must be YAML or JSON.",
    });
  }
  if (document === undefined || document === null) return {};
  if (!isRecord(document)) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot read kubeconfig ${path}, line 1: it holds no mapping`, {
      hint: 'A kubeconfig begins with "apiVersion: v1" and "kind: Config".',
    });
  }
  return document;
}

/** Checks the shapes of one document and says where a wrong one stands. */
class Checker {
  readonly #text: string;
  readonly #path: string;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  error(place: readonly (string | number)[], problem: string): ConfigError {
    const line = yamlLine(this.#text, place);
    return new ConfigError("KUBECONFIG_INVALID", `Cannot read kubeconfig ${this.#path}, line ${line}: ${problem}`);
  }

  /** One of the three lists of named entries, as a map; a repeated name is an error, as it is to kubectl. */
  section<T>(
    document: Record<string, unknown>,
    name: Section,
    fields: Readonly<Record<string, FieldType>>,
  ): Map<string, T> {
    const entries = new Map<string, T>();
    const list = document[name] ?? [];
    if (!Array.isArray(list)) throw this.error([name], `${name} must be a list, but is ${nameOfType(list)}`);
    for (const [index, item] of list.entries()) {
      const place = [name, index];
      if (!isRecord(item)) throw this.error(place, `${name}[${index}] must be a mapping, but is ${nameOfType(item)}`);
      this.field(item, "name", "string", place);
      const key = typeof item.name === "string" ? item.name : "";
      if (entries.has(key)) throw this.error(place, `${name} has two entries named ${JSON.stringify(key)}`);
      entries.set(key, this.entry(item, SECTIONS[name], fields, place) as T);
    }
    return entries;
  }

  entry(
    item: Record<string, unknown>,
    key: string,
    fields: Readonly<Record<string, FieldType>>,
    place: readonly (string | number)[],
  ): Record<string, unknown> {
    const entry = item[key] ?? {};
    const here = [...place, key];
    if (!isRecord(entry)) throw this.error(here, `${dotted(here)} must be a mapping, but is ${nameOfType(entry)}`);
    const known: Record<string, unknown> = {};
    for (const [field, type] of Object.entries(fields)) {
      this.field(entry, field, type, here);
      const value = entry[field];
      if (value === undefined || value === null || value === "") continue;
      known[field] = field === "exec" && isRecord(value) ? this.exec(value, entry, here) : value;
    }
    return known;
  }

  exec(value: Record<string, unknown>, user: Record<string, unknown>, place: readonly (string | number)[]): unknown {
    const exec = this.entry(user, "exec", EXEC_FIELDS, place);
    if (Array.isArray(value.env)) {
      for (const [index, variable] of value.env.entries()) {
        for (const [field, type] of Object.entries(ENV_FIELDS)) {
          this.field(variable, field, type, [...place, "exec", "env", index]);
        }
      }
    }
    return exec;
  }

  field(owner: Record<string, unknown>, field: string, type: FieldType, place: readonly (string | number)[]): void {
    const value = owner[field];
    if (value === undefined || value === null || isOfType(value, type)) return;
    const here = [...place, field];
    const quote = type === "string" && ["number", "boolean"].includes(typeof value) ? "; put it in quotes" : "";
    throw this.error(here, `${dotted(here)} must be ${WANTED[type]}, but is ${nameOfType(value)}${quote}`);
  }
}

const WANTED: Readonly<Record<FieldType, string>> = {
  string: "a string",
  boolean: "true or false",
  strings: "a list of strings",
  object: "a mapping",
  objects: "a list of mappings",
  stringLists: "a mapping of lists of strings",
};

function isOfType(value: unknown, type: FieldType): boolean {
  const strings = (list: unknown): boolean => Array.isArray(list) && list.every((one) => typeof one === "string");
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "strings":
      return strings(value);
    case "object":
      return isRecord(value);
    case "objects":
      return Array.isArray(value) && value.every(isRecord);
    case "stringLists":
      return isRecord(value) && Object.values(value).every(strings);
  }
}

function nameOfType(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}

function dotted(place: readonly (string | number)[]): string {
  return place.map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)).join("");
}
