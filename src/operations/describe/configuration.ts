/** ConfigMaps, Secrets, ServiceAccounts and PriorityClasses. */
import { byText } from "../../core/by-text.ts";
import type { ConfigMap, Secret, ServiceAccount } from "../../types/core-v1.ts";
import type { PriorityClass } from "../../types/scheduling-v1.ts";
import { annotations, identity, labels, sortedEntries } from "./format.ts";
import { field, type Layout, row, verbatim } from "./layout.ts";
import { itemsOr, type Related } from "./related.ts";

export function configMap(object: ConfigMap): Layout {
  const { metadata, data, binaryData } = object;
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    heading("Data"),
    sortedEntries(data).map(([key, value]) => [row(`${key}:`), row("----"), verbatim(value), row("")]),
    heading("BinaryData"),
    sortedEntries(binaryData).map(([key, value]) => row(`${key}: ${bytesOf(value)} bytes`)),
    row(""),
  ];
}

function heading(title: string): Layout {
  return [row(""), row(title), row("====")];
}

/** The length of what a base64 text holds. */
function bytesOf(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

/** Names and sizes. No value is shown, also not one that an annotation repeats. */
export function secret(object: Secret): Layout {
  const { metadata, type = "", data } = object;
  return [
    identity(object),
    labels(metadata),
    annotations({ ...metadata, annotations: withoutValues(metadata?.annotations, data) }),
    row(""),
    field("Type", type),
    heading("Data"),
    sortedEntries(data).map(([key, value]) => field(key, `${bytesOf(value)} bytes`)),
    // The events below are no key.
    row(""),
  ];
}

/** Shorter values, or lines of one, stand in many texts by chance. */
const TELLING_LENGTH = 4;
const TELLING_LINE = 8;

/** Tools note whole Secrets in annotations; what holds a value, or a line of one, is not shown. */
function withoutValues(
  noted: Readonly<Record<string, string>> = {},
  data: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const told = Object.values(data).flatMap((value) => {
    const plain = Buffer.from(value, "base64").toString("utf8").trim();
    const lines = plain.split("\n").map((line) => line.trim());
    return [...longer([value, plain], TELLING_LENGTH), ...longer(lines, TELLING_LINE)];
  });
  return Object.fromEntries(
    Object.entries(noted).map(([key, text]) => {
      const forms = [text, unescaped(text), unescaped(unescaped(text))];
      const telling = told.some((value) => forms.some((form) => form.includes(value)));
      return [key, telling ? "<not shown: it holds a value of the Secret>" : text];
    }),
  );
}

function longer(texts: readonly string[], length: number): string[] {
  return texts.filter((text) => text.length >= length);
}

const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** A text that may be JSON, with what JSON escapes as it was meant. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, one = "") =>
    code === undefined ? (ESCAPED[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** `tokens` are the Secrets with tokens in its namespace. */
export function serviceAccount(object: ServiceAccount, tokens: Related<Secret>): Layout {
  const { metadata, imagePullSecrets = [], secrets = [] } = object;
  const own = itemsOr(tokens, (items) =>
    items
      .filter((one) => isTokenOf(one, object))
      .map(nameOf)
      .sort(byText),
  );
  const names = (list: readonly { readonly name?: string }[]): string[] => list.map(({ name = "" }) => name);
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("Image pull secrets", names(imagePullSecrets)),
    secrets.length === 0 ? undefined : field("Mountable secrets", names(secrets)),
    own.length === 0 ? undefined : field("Tokens", own),
  ];
}

function nameOf({ metadata }: Secret): string {
  return metadata?.name ?? "";
}

/** Whether a Secret holds a token of this very account, and not of one that had its name. */
function isTokenOf({ metadata }: Secret, account: ServiceAccount): boolean {
  const noted = metadata?.annotations ?? {};
  const uid = noted["kubernetes.io/service-account.uid"] ?? account.metadata?.uid;
  return noted["kubernetes.io/service-account.name"] === account.metadata?.name && uid === account.metadata?.uid;
}

export function priorityClass(object: PriorityClass): Layout {
  return [
    field("Name", object.metadata?.name ?? ""),
    field("Value", object.value ?? 0),
    field("GlobalDefault", object.globalDefault ?? false),
    field("PreemptionPolicy", object.preemptionPolicy ?? ""),
    field("Description", object.description ?? ""),
    annotations(object.metadata),
  ];
}
