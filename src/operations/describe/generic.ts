/** Every kind without a description of its own, custom resources among them: the fields as they are, named for people. */
import { byText } from "../../core/by-text.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { isRecord } from "../../core/record.ts";
import { annotations, labels, timeText } from "./format.ts";
import { field, type Layout, row, section, table } from "./layout.ts";

/** What stands above the fields, or is the server's bookkeeping. */
const SHOWN_APART = new Set(["name", "namespace", "labels", "annotations", "managedFields"]);

export function generic(object: KubernetesObject): Layout {
  const { metadata = {} } = object;
  const rest = Object.fromEntries(Object.entries(metadata).filter(([name]) => !SHOWN_APART.has(name)));
  return [
    field("Name", metadata.name ?? ""),
    field("Namespace", metadata.namespace ?? ""),
    labels(metadata),
    annotations(metadata),
    fields({ ...object, metadata: rest }),
  ];
}

function fields(record: object): Layout {
  return Object.entries(record)
    .sort(([a], [b]) => byText(a, b))
    .map(([name, value]) => fieldOf(name, value));
}

function fieldOf(name: string, value: unknown): Layout {
  const label = labelOf(name);
  if (name === "conditions" && isConditions(value)) return section(label, conditions(value));
  if (Array.isArray(value)) return section(label, value.map(itemOf));
  return isRecord(value) ? section(label, fields(value)) : field(label, scalarText(value));
}

function itemOf(item: unknown): Layout {
  return isRecord(item) ? fields(item) : row(scalarText(item));
}

function scalarText(value: unknown): string {
  if (value === null) return "<nil>";
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface UsualCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The fields that the API conventions give a condition; one that has more is shown field by field. */
const CONDITION_FIELDS = new Set([
  "type",
  "status",
  "reason",
  "message",
  "lastTransitionTime",
  "lastUpdateTime",
  "lastProbeTime",
  "observedGeneration",
]);

function isConditions(value: unknown): value is UsualCondition[] {
  return Array.isArray(value) && value.length > 0 && value.every(isUsualCondition);
}

function isUsualCondition(value: unknown): boolean {
  if (!isRecord(value) || !("type" in value) || !("status" in value)) return false;
  return typeof value.type === "string" && Object.keys(value).every((name) => CONDITION_FIELDS.has(name));
}

function conditions(list: readonly UsualCondition[]): Layout {
  return table(
    ["Type", "Status", "LastTransitionTime", "Reason", "Message"],
    list.map(({ type, status, lastTransitionTime, reason = "", message = "" }) => [
      type,
      String(status),
      timeText(lastTransitionTime),
      reason,
      message,
    ]),
  );
}

const ACRONYMS = new Set(["API", "URL", "UID", "GUID"]);

/** `lastTransitionTime` is `Last Transition Time`, `apiVersion` is `API Version`; a key that is no name stays. */
export function labelOf(name: string): string {
  if (!/^[\p{L}-]+$/u.test(name)) return name;
  const words = name.match(/\p{Lu}{2,}s(?!\p{Ll})|\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\p{Lu}-]+|-/gu) ?? [name];
  return words.map(wordText).join(" ");
}

function wordText(word: string): string {
  if (ACRONYMS.has(word.toUpperCase())) return word.toUpperCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}
