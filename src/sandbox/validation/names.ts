/**
 * The checks of names, each giving the server's messages (none: the text passes).
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
 */

/** Gives the messages for a name; `prefix`: it will have something appended, so it may end in a dash. */
export type NameCheck = (name: string, prefix?: boolean) => string[];

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";
const PERCENT = "[0-9]+%";
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const HEADER = "[-A-Za-z0-9]+";

const LABEL_PATTERN = new RegExp(`^${LABEL}$`);
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`);
const QUALIFIED_PATTERN = new RegExp(`^${QUALIFIED}$`);
const LABEL_VALUE_PATTERN = new RegExp(`^${LABEL_VALUE}$`);
const CONFIG_KEY_PATTERN = new RegExp(`^${CONFIG_KEY}$`);
const PERCENT_PATTERN = new RegExp(`^${PERCENT}$`);
const WILDCARD_PATTERN = new RegExp(`^${WILDCARD}$`);
const HEADER_PATTERN = new RegExp(`^${HEADER}$`);

const BODY = "must consist of lower case alphanumeric characters";
const ENDS = "must start and end with an alphanumeric character";
const QUALIFIED_TEXT = `must consist of alphanumeric characters, '-', '_' or '.', and ${ENDS}`;

/** A lowercase RFC 1123 label: Namespaces, containers, volumes. */
export const dnsLabel: NameCheck = (name, prefix = false) => {
  const text = prefix ? maskTrailingDash(name) : name;
  const messages = text.length > 63 ? ["must be no more than 63 bytes"] : [];
  if (LABEL_PATTERN.test(text)) return messages;
  if (SUBDOMAIN_PATTERN.test(text)) return [...messages, "must not contain dots"];
  const meaning = `a lowercase RFC 1123 label ${BODY} or '-', and ${ENDS}`;
  return [...messages, patternMessage(meaning, LABEL, "my-name", "123-abc")];
};

/** A lowercase RFC 1123 subdomain: what most objects are named by. */
export const dnsSubdomain: NameCheck = (name, prefix = false) => {
  const text = prefix ? maskTrailingDash(name) : name;
  const messages = text.length > 253 ? ["must be no more than 253 bytes"] : [];
  if (SUBDOMAIN_PATTERN.test(text)) return messages;
  const meaning = `a lowercase RFC 1123 subdomain ${BODY}, '-' or '.', and ${ENDS}`;
  return [...messages, patternMessage(meaning, SUBDOMAIN, "example.com")];
};

/** Any text that can stand in a path: the objects of RBAC. */
export const pathSegment: NameCheck = (name, prefix = false) => {
  if (!prefix && (name === "." || name === "..")) return [`may not be '${name}'`];
  return ["/", "%"].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};

/** A label's key, a finalizer: an optional subdomain, a slash, a name. */
export function qualifiedName(value: string): string[] {
  const parts = value.split("/");
  const example = patternMessage(QUALIFIED_TEXT, QUALIFIED, "MyName", "my.name", "123-abc");
  if (parts.length > 2) {
    return [`a valid label key ${example} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const messages: string[] = [];
  const name = parts.at(-1) ?? "";
  if (parts.length === 2) {
    const [prefix = ""] = parts;
    if (prefix === "") messages.push("prefix part must be non-empty");
    else messages.push(...dnsSubdomain(prefix).map((message) => `prefix part ${message}`));
  }
  if (name === "") messages.push("name part must be non-empty");
  else if (name.length > 63) messages.push("name part must be no more than 63 bytes");
  if (!QUALIFIED_PATTERN.test(name)) messages.push(`name part ${example}`);
  return messages;
}

export function labelValue(value: string): string[] {
  const messages = value.length > 63 ? ["must be no more than 63 bytes"] : [];
  if (LABEL_VALUE_PATTERN.test(value)) return messages;
  const meaning = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${ENDS}`;
  return [...messages, patternMessage(meaning, LABEL_VALUE, "MyValue", "my_value", "12345")];
}

/** A key of a ConfigMap's or Secret's data. */
export function configMapKey(value: string): string[] {
  const messages = value.length > 253 ? ["must be no more than 253 characters"] : [];
  if (!CONFIG_KEY_PATTERN.test(value)) {
    const meaning = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    messages.push(patternMessage(meaning, CONFIG_KEY, "key.name", "KEY_NAME", "key-name"));
  }
  if (value === "." || value === "..") messages.push(`must not be '${value}'`);
  else if (value.startsWith("..")) messages.push("must not start with '..'");
  return messages;
}

export function environmentVariableName(value: string): string[] {
  if (/^[ -<>-~]+$/.test(value)) return [];
  return value === ""
    ? ["environment variable name must be non-empty"]
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A port's name as IANA has it. */
export function portName(value: string): string[] {
  const messages = value.length > 15 ? ["must be no more than 15 characters"] : [];
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(value)) messages.push("must contain at least one letter (a-z)");
  if (value.includes("--")) messages.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) messages.push("must not begin or end with a hyphen");
  return messages;
}

export function portNumber(value: number): string[] {
  return inRange(value, 1, 65535);
}

export function inRange(value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`];
}

export function percent(value: string): string[] {
  const meaning = "a valid percent string must be a numeric string followed by an ending '%'";
  return PERCENT_PATTERN.test(value) ? [] : [patternMessage(meaning, PERCENT, "1%", "93%")];
}

export function httpHeaderName(value: string): string[] {
  const meaning = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return HEADER_PATTERN.test(value) ? [] : [patternMessage(meaning, HEADER, "X-Header-Name")];
}

/** `*.example.com`. */
export function wildcardSubdomain(value: string): string[] {
  if (WILDCARD_PATTERN.test(value)) return [];
  const meaning = `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which ${BODY}, '-' or '.' and end with an alphanumeric character`;
  return [patternMessage(meaning, WILDCARD, "*.example.com")];
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** IPv4 or IPv6 in any of its spellings. */
export function isAddress(value: string): boolean {
  return IPV4.test(value) || isIpv6(value);
}

export function isIpv6(value: string): boolean {
  if (!value.includes(":") || value.includes(":::")) return false;
  const halves = value.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = last.includes(".") && IPV4.test(last);
  const count = groups.length + (embedded ? 1 : 0);
  const plain = embedded ? groups.slice(0, -1) : groups;
  return plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}

/** `10.0.0.0/8`, `fd00::/64`. */
export function isNetwork(value: string): boolean {
  const [address = "", bits = "", ...rest] = value.split("/");
  if (rest.length > 0 || !/^(0|[1-9]\d*)$/.test(bits)) return false;
  return IPV4.test(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128;
}

/** Only there so that a generated name's prefix may end in a dash; the server replaces it the same way. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith("-") ? `${name.slice(0, -2)}a` : name;
}

/** The two spaces are the server's own. */
function patternMessage(meaning: string, pattern: string, ...examples: readonly string[]): string {
  return `${meaning} (e.g. ${examples.map((example) => `'${example}'`).join(",  or ")}, regex used for validation is '${pattern}')`;
}
