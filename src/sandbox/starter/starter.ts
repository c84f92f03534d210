import type { Clock } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import { PREFIX } from "../pods/annotations.ts";
import type { Registry } from "../storage/registry.ts";
import { STARTER_NAMESPACE, type StarterObject, starterObjects } from "./workload.ts";

/** Field manager of the starter workload: as if somebody had applied it with kubectl. */
const MANAGER = "kubectl-create";

/** How long after the start the rollout that one can watch begins, unless told otherwise. */
export const ROLLOUT_MS = 4_000;

/**
 * Loads a small shop to explore: something healthy, something rolling, something broken. What is there already is left
 * as it is. The function returned cancels what is still to come.
 */
export function loadStarter(registry: Registry, clock: Clock, rolloutMs: number = ROLLOUT_MS): () => void {
  const write = { manager: MANAGER };
  const put = ({ resource, object }: StarterObject, namespace: string): void => {
    if (registry.get(resource, namespace, object.metadata.name) !== undefined) return;
    registry.create(resource, namespace, object, write);
  };
  put({ resource: "namespaces", object: { metadata: { name: STARTER_NAMESPACE } } }, "");
  // pods need the namespace's ServiceAccount, which comes in the next turn
  const cancelObjects = clock.schedule(0, () => {
    for (const entry of starterObjects()) put(entry, STARTER_NAMESPACE);
  });
  const cancelRollout = clock.schedule(rolloutMs, () => {
    registry.modify("deployments.apps", STARTER_NAMESPACE, "cart", nextVersion, write);
  });
  return () => {
    cancelObjects();
    cancelRollout();
  };
}

/** The cart's next image, slow enough to get ready that its rollout can be followed. */
function nextVersion(deployment: ApiObject): ApiObject {
  const changed = structuredClone(deployment);
  const spec = isJsonObject(changed.spec) ? changed.spec : {};
  const template = isJsonObject(spec.template) ? spec.template : {};
  const podSpec = isJsonObject(template.spec) ? template.spec : {};
  const containers = Array.isArray(podSpec.containers) ? podSpec.containers : [];
  for (const container of containers) container.image = "registry.example.com/shop/cart:2.1.0";
  const metadata = isJsonObject(template.metadata) ? template.metadata : {};
  metadata.annotations = { [`${PREFIX}ready-delay-seconds`]: "12" };
  changed.metadata.annotations = {
    ...changed.metadata.annotations,
    "kubernetes.io/change-cause": "cart 2.1.0: keep baskets for a week",
  };
  return changed;
}
