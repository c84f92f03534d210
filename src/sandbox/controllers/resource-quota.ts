import type { ApiObject } from "../model/object.ts";
import { amountsAt, formatAmounts } from "../quota/amounts.ts";
import { countedResource, usedOf } from "../quota/quota-usage.ts";
import { objectAt } from "../schema/fields.ts";
import { equalJson } from "../storage/json.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

/** Writes into each quota's status what of it is used; follows the resources that quotas are about, and no others. */
export function startResourceQuotaController(runtime: Runtime): void {
  const { registry } = runtime;
  const quotas = runtime.informer<ApiObject>("resourcequotas");
  const followed = new Set<string>();
  const queue = runtime.queue((key) => {
    const { namespace, name } = splitKey(key);
    const quota = quotas.get(namespace, name);
    if (quota === undefined) return;
    const hard = formatAmounts(amountsAt(objectAt(quota, "spec"), "hard"));
    const status = { hard, used: formatAmounts(usedOf(quota, registry)) };
    if (equalJson(status, quota.status)) return;
    registry.update("resourcequotas", { ...quota, status }, { manager: CONTROLLER_MANAGER, subresource: "status" });
  });

  function follow(resource: string): void {
    const served = registry.definitions().some((one) => {
      return (one.group === "" ? one.resource : `${one.resource}.${one.group}`) === resource;
    });
    if (followed.has(resource) || !served) return;
    followed.add(resource);
    runtime.informer<ApiObject>(resource).watch(({ object }) => {
      for (const quota of quotas.list(object.metadata.namespace ?? "")) queue.add(keyOf(quota));
    });
  }

  quotas.watch(({ type, object }) => {
    if (type === "DELETED") return;
    for (const limit of amountsAt(objectAt(object, "spec"), "hard").keys()) follow(countedResource(limit));
    queue.add(keyOf(object));
  });
}
