import type { KubernetesObject } from "../../core/object.ts";
import type { LabelSelector } from "../../core/selector.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline } from "../../resources/deadline.ts";
import type { Event, Pod } from "../../types/core-v1.ts";
import { byLastSeen } from "../events/event-times.ts";
import { sibling } from "../shared/siblings.ts";
import { conditionOf, specOf } from "./conditions.ts";
import { podTroubles } from "./pod-trouble.ts";

/** An explanation that takes longer is done without. */
const PATIENCE_MS = 5000;
const MOST_LINES = 3;
const MOST_EVENTS = 3;

const WITH_PODS = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"]);

/** What an explanation is read by. */
type TroubleClient = Pick<ResourceClient<KubernetesObject>, "to" | "timing">;

/**
 * Why an object does not come to what was waited for, a line each: the states of its containers or of its pods', and
 * the newest warnings about them. Whatever cannot be read is left out.
 */
export async function explainTrouble(
  client: TroubleClient,
  object: KubernetesObject,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const limit = deadline(client.timing, signal, PATIENCE_MS);
  try {
    const all = await podsOf(client, object, limit.signal).catch(() => []);
    // What was once said of a pod that is ready now keeps nothing from coming.
    const pods = all.filter((pod) => conditionOf(pod, "Ready")?.status !== "True");
    const events = await warningsAbout(client, [object, ...pods], limit.signal).catch(() => []);
    return [...containerLines(object.kind === "Pod" ? [object] : pods), ...events.slice(0, MOST_EVENTS).map(eventLine)];
  } finally {
    limit.end();
  }
}

/** Pods in the same trouble share a line. */
function containerLines(pods: readonly KubernetesObject[]): string[] {
  const names = new Map<string, string[]>();
  for (const pod of pods) {
    for (const { text } of podTroubles(pod)) names.set(text, [...(names.get(text) ?? []), pod.metadata?.name ?? ""]);
  }
  const lines = [...names].map(([text, [first = "", ...others]]) => {
    const rest = others.length === 0 ? "" : ` and ${others.length} more`;
    return `pod "${first}"${rest}: ${text}`;
  });
  const rest = lines.length - MOST_LINES;
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `and ${rest} more of other kinds`] : lines;
}

async function podsOf(client: TroubleClient, object: KubernetesObject, signal: AbortSignal): Promise<Pod[]> {
  const { selector } = specOf(object);
  const { namespace } = object.metadata ?? {};
  if (!WITH_PODS.has(object.kind ?? "") || namespace === undefined) return [];
  if (typeof selector !== "object" || selector === null) return [];
  const labels = selector as Exclude<LabelSelector, string>;
  return [...(await sibling<Pod>(client, "pods", namespace).list({ labels, limit: 100, signal }))];
}

/** The newest first. */
async function warningsAbout(
  client: TroubleClient,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Event[]> {
  const [object] = objects;
  const { namespace = "default", name = "" } = object?.metadata ?? {};
  const uids = new Set(objects.map(({ metadata }) => metadata?.uid));
  const events = await sibling<Event>(client, "events", namespace).list({
    fields: { type: "Warning", ...(WITH_PODS.has(object?.kind ?? "") ? {} : { "involvedObject.name": name }) },
    limit: 1000,
    signal,
  });
  // What a Deployment's ReplicaSets could not do is told of them alone.
  const replicaSets = new RegExp(`^${name.replace(/[.]/g, "\\.")}-[a-z0-9]{6,10}$`);
  return [...events]
    .filter(
      ({ involvedObject: { uid, kind, name: about = "" } }) =>
        uids.has(uid) || (object?.kind === "Deployment" && kind === "ReplicaSet" && replicaSets.test(about)),
    )
    .sort((left, right) => byLastSeen(right, left));
}

function eventLine({ reason = "", message = "", count = 1, series, involvedObject }: Event): string {
  const times = series?.count ?? count;
  const about = `${(involvedObject.kind ?? "").toLowerCase()} "${involvedObject.name ?? ""}"`;
  return `warning about ${about}: ${reason}: ${message.trim()}${times > 1 ? ` (${times} times)` : ""}`;
}
