/** LimitRanges, ResourceQuotas, and the Namespaces that they hold for. */
import { byText } from "../../core/by-text.ts";
import type { LimitRange, LimitRangeItem, Namespace, ResourceQuota } from "../../types/core-v1.ts";
import { annotations, identity, labels, sortedEntries } from "./format.ts";
import { BREAK, field, indented, type Layout, optional, row, section, stepped, table } from "./layout.ts";
import { conditionTable } from "./network.ts";
import { quantityText } from "./quantities.ts";
import type { Related } from "./related.ts";

const LIMIT_COLUMNS = ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];

export function limitRange(object: LimitRange): Layout {
  return [identity(object), table(LIMIT_COLUMNS, (object.spec?.limits ?? []).flatMap(limitRows)), BREAK];
}

function limitRows({
  type,
  min,
  max,
  defaultRequest,
  default: limit,
  maxLimitRequestRatio,
}: LimitRangeItem): string[][] {
  const columns = [min, max, defaultRequest, limit, maxLimitRequestRatio];
  const resources = [...new Set(columns.flatMap((column) => Object.keys(column ?? {})))].sort(byText);
  return resources.map((resource) => [
    type,
    resource,
    ...columns.map((column) => quantityText(column?.[resource], "-")),
  ]);
}

export function resourceQuota(object: ResourceQuota): Layout {
  return [identity(object), quota(object, " "), BREAK];
}

const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
  NotTerminating:
    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
  BestEffort:
    "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
  NotBestEffort:
    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
};

/** What a quota is for, and how much of it is used. */
function quota({ spec, status }: ResourceQuota, bulletIndent: string): Layout {
  const scopes = [...(spec?.scopes ?? [])].sort(byText);
  return [
    optional("Scopes", scopes.join(", ")),
    scopes.flatMap((scope) => SCOPES[scope] ?? []).map((help) => row(`${bulletIndent}* ${help}`)),
    table(
      ["Resource", "Used", "Hard"],
      sortedEntries(status?.hard).map(([resource, hard]) => [
        resource,
        quantityText(status?.used?.[resource]),
        quantityText(hard),
      ]),
    ),
  ];
}

export function namespace(object: Namespace, quotas: Related<ResourceQuota>, limits: Related<LimitRange>): Layout {
  const { metadata, status } = object;
  const conditions = status?.conditions ?? [];
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    field("Status", status?.phase ?? ""),
    conditions.length === 0 ? undefined : section("Conditions", conditionTable(conditions)),
    row(""),
    quotasOf(quotas),
    row(""),
    limitsOf(limits),
    BREAK,
  ];
}

function quotasOf(related: Related<ResourceQuota>): Layout {
  if ("unread" in related) return field("Resource Quotas", related.unread);
  if (related.items.length === 0) return row("No resource quota.");
  const sorted = [...related.items].sort((a, b) => byText(a.metadata?.name ?? "", b.metadata?.name ?? ""));
  return [
    row("Resource Quotas"),
    indented(sorted.map((one) => [field("Name", one.metadata?.name ?? ""), quota(one, "")])),
  ];
}

function limitsOf(related: Related<LimitRange>): Layout {
  if ("unread" in related) return field("Resource Limits", related.unread);
  if (related.items.length === 0) return row("No LimitRange resource.");
  const rows = related.items.flatMap(({ spec }) => (spec?.limits ?? []).flatMap(limitRows));
  return [row("Resource Limits"), stepped(1, "", table(LIMIT_COLUMNS, rows))];
}
