import type { Decision } from "../model/identity.ts";
import type { RequestAttributes } from "../model/request-attributes.ts";
import { badRequest, type StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import { requestForbidden } from "./forbidden.ts";
import {
  ANONYMOUS_USER,
  AUTHENTICATED_GROUP,
  MASTERS_GROUP,
  NODE_NAME_EXTRA,
  NODES_GROUP,
  parseNodeUsername,
  parseServiceAccountUsername,
  serviceAccountGroups,
  UNAUTHENTICATED_GROUP,
} from "./well-known-users.ts";

type Authorize = (user: UserInfo, attributes: RequestAttributes) => Decision;

/** The user that the `Impersonate-*` headers describe; nothing is added yet. */
export interface WantedUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** From this many values on, one check for `*` is tried before one for each. */
const MANY_CHECKS = 4;

/**
 * The user that the headers ask for, or `requestor` without them. As the server does since constrained impersonation
 * (https://kep.k8s.io/5284), the modes are tried from the narrowest to the one that has always been; when none
 * allows it, the first one's refusal is told.
 */
export function impersonate(
  requestor: UserInfo,
  headers: Headers,
  attributes: RequestAttributes,
  authorize: Authorize,
): UserInfo {
  const wanted = readImpersonationHeaders(headers);
  if (wanted === undefined) return requestor;
  let first: StatusError | undefined;
  for (const mode of MODES) {
    if (!mode.applies(wanted, requestor)) continue;
    const refusal = checkMode(mode, wanted, requestor, attributes, authorize);
    if (refusal === undefined) return impersonatedUser(wanted, mode.constrained);
    first ??= refusal;
  }
  return throwError(first ?? badRequest("all impersonation modes failed"));
}

/** Reads the headers; repeated headers arrive joined by commas. Throws 400 for details without a user name. */
export function readImpersonationHeaders(headers: Headers): WantedUser | undefined {
  const username = headers.get("impersonate-user") ?? "";
  const uid = headers.get("impersonate-uid") ?? "";
  const groupHeader = headers.get("impersonate-group");
  const groups = groupHeader === null ? [] : splitValues(groupHeader);
  const extra: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(EXTRA_PREFIX)) extra[unescapeKey(name.slice(EXTRA_PREFIX.length))] = splitValues(value);
  }
  const wanted: WantedUser = { username, uid, groups, extra };
  if (username !== "") return wanted;
  if (uid === "" && groupHeader === null && Object.keys(extra).length === 0) return undefined;
  throw badRequest(`requested ${formatWanted(wanted)} without impersonating a user name`);
}

const EXTRA_PREFIX = "impersonate-extra-";

interface Mode {
  /** Stands in the verbs `impersonate:MODE` and `impersonate-on:MODE:VERB`; empty for the plain verb `impersonate`. */
  readonly name: string;
  readonly constrained: boolean;
  applies(wanted: WantedUser, requestor: UserInfo): boolean;
}

const MODES: readonly Mode[] = [
  {
    name: "associated-node",
    constrained: true,
    applies: (wanted, requestor) => {
      const node = parseNodeUsername(wanted.username);
      if (node === undefined || !onlyUsername(wanted)) return false;
      const held = requestor.extra?.[NODE_NAME_EXTRA] ?? [];
      return parseServiceAccountUsername(requestor.username) !== undefined && held.length === 1 && held[0] === node;
    },
  },
  {
    name: "arbitrary-node",
    constrained: true,
    applies: (wanted) => onlyUsername(wanted) && parseNodeUsername(wanted.username) !== undefined,
  },
  {
    name: "serviceaccount",
    constrained: true,
    applies: (wanted) => onlyUsername(wanted) && parseServiceAccountUsername(wanted.username) !== undefined,
  },
  {
    name: "user-info",
    constrained: true,
    applies: ({ username }) =>
      parseNodeUsername(username) === undefined && parseServiceAccountUsername(username) === undefined,
  },
  { name: "", constrained: false, applies: () => true },
];

function checkMode(
  mode: Mode,
  wanted: WantedUser,
  requestor: UserInfo,
  attributes: RequestAttributes,
  authorize: Authorize,
): StatusError | undefined {
  const check = (checked: RequestAttributes): StatusError | undefined => {
    const { allowed, reason } = authorize(requestor, checked);
    return allowed ? undefined : requestForbidden(requestor.username, checked, reason);
  };
  if (mode.constrained) {
    const refusal =
      check({ ...attributes, verb: `impersonate-on:${mode.name}:${attributes.verb}` }) ??
      reservedValue(mode, wanted, requestor);
    if (refusal !== undefined) return refusal;
  }
  for (const alternatives of impersonationChecks(mode, wanted)) {
    if (alternatives.wildcard !== undefined && check(alternatives.wildcard) === undefined) continue;
    for (const one of alternatives.each) {
      const refusal = check(one);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

/** What constrained modes never give, whatever the roles say. */
function reservedValue(mode: Mode, wanted: WantedUser, requestor: UserInfo): StatusError | undefined {
  const refuse = (name: string, reason: string): StatusError =>
    requestForbidden(requestor.username, impersonationOf(mode, "groups", name), reason);
  if (wanted.groups.includes("")) return refuse("", "impersonating the empty string group is not allowed");
  if (wanted.groups.includes(MASTERS_GROUP)) {
    return refuse(MASTERS_GROUP, `impersonating the ${MASTERS_GROUP} group is not allowed`);
  }
  return undefined;
}

interface Checks {
  readonly wildcard: RequestAttributes | undefined;
  readonly each: readonly RequestAttributes[];
}

function impersonationChecks(mode: Mode, wanted: WantedUser): Checks[] {
  const extras = Object.entries(wanted.extra).flatMap(([key, values]) =>
    values.map((value) => ({ ...impersonationOf(mode, "userextras", value), subresource: key })),
  );
  const many = (count: number): boolean => mode.constrained && count >= MANY_CHECKS;
  return [
    { wildcard: undefined, each: [usernameCheck(mode, wanted.username)] },
    { wildcard: undefined, each: wanted.uid === "" ? [] : [impersonationOf(mode, "uids", wanted.uid)] },
    {
      wildcard: many(wanted.groups.length) ? impersonationOf(mode, "groups", "*") : undefined,
      each: wanted.groups.map((group) => impersonationOf(mode, "groups", group)),
    },
    {
      wildcard: many(extras.length) ? { ...impersonationOf(mode, "userextras", "*"), subresource: "*" } : undefined,
      each: extras,
    },
  ];
}

function usernameCheck(mode: Mode, username: string): RequestAttributes {
  const account = parseServiceAccountUsername(username);
  if (account !== undefined) {
    return { ...impersonationOf(mode, "serviceaccounts", account.name), namespace: account.namespace };
  }
  const node = mode.constrained ? parseNodeUsername(username) : undefined;
  return node === undefined ? impersonationOf(mode, "users", username) : impersonationOf(mode, "nodes", node);
}

/** Users, groups and service accounts are of the core group in the plain mode; the rest is authentication.k8s.io's. */
function impersonationOf(mode: Mode, resource: string, name: string): RequestAttributes {
  const core = !mode.constrained && resource !== "uids" && resource !== "userextras";
  return {
    verb: mode.constrained ? `impersonate:${mode.name}` : "impersonate",
    isResourceRequest: true,
    path: "",
    group: core ? "" : "authentication.k8s.io",
    version: "v1",
    resource,
    subresource: "",
    namespace: "",
    name,
  };
}

function impersonatedUser(wanted: WantedUser, constrained: boolean): UserInfo {
  const { username, uid, extra } = wanted;
  const account = parseServiceAccountUsername(username);
  let groups = wanted.groups;
  if (account !== undefined && groups.length === 0) groups = serviceAccountGroups(account.namespace);
  else if (constrained && parseNodeUsername(username) !== undefined) groups = [NODES_GROUP];
  const added = username === ANONYMOUS_USER ? UNAUTHENTICATED_GROUP : AUTHENTICATED_GROUP;
  const complete = groups.includes(added) || groups.includes(UNAUTHENTICATED_GROUP);
  return {
    username,
    groups: complete ? groups : [...groups, added],
    ...(uid === "" ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function onlyUsername(wanted: WantedUser): boolean {
  return wanted.uid === "" && wanted.groups.length === 0 && Object.keys(wanted.extra).length === 0;
}

function splitValues(header: string): string[] {
  return header.split(",").map((value) => value.trim());
}

/** Keys come percent-encoded; one that is not valid so is taken as it is. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    return key;
  }
}

function formatWanted({ username, uid, groups, extra }: WantedUser): string {
  const list = (values: readonly string[]): string => `{${values.map((value) => JSON.stringify(value)).join(", ")}}`;
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:[]string${list(values)}`);
  const groupText = groups.length === 0 ? "[]string(nil)" : `[]string${list(groups)}`;
  const extraText = entries.length === 0 ? "map[string][]string(nil)" : `map[string][]string{${entries.join(", ")}}`;
  return `&user.DefaultInfo{Name:${JSON.stringify(username)}, UID:${JSON.stringify(uid)}, Groups:${groupText}, Extra:${extraText}}`;
}

function throwError(error: StatusError): never {
  throw error;
}
