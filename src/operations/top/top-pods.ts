import { byText } from "../../core/by-text.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import { KubescriptError } from "../../errors.ts";
import type { CallScope } from "../../resources/options.ts";
import { namespaceOf, objectNamespace, scopeOf } from "../../resources/scope.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import type { Pod } from "../../types/core-v1.ts";
import type { OperationContext } from "../context.ts";
import { POD_METRICS, type PodMetrics, readMetrics } from "./metrics-api.ts";
import { inOrderOf, sumOf, type Usage, usageCells, usageOf } from "./usage.ts";
import { UsageList } from "./usage-list.ts";

export interface TopPodsOptions extends CallScope, SelectorOptions {
  /** One pod alone. */
  readonly name?: string | undefined;
  /** A row for each container. Default false. */
  readonly containers?: boolean | undefined;
  /** The most first. Default by name. */
  readonly sortBy?: "cpu" | "memory" | undefined;
  /** Prints the sum below; as a value it is always there, as `total`. Default false. */
  readonly sum?: boolean | undefined;
}

/** What a pod takes, or one of its containers. */
export interface PodUsage extends Usage {
  readonly namespace: string;
  readonly pod: string;
  /** Only with `containers: true`. */
  readonly container?: string;
  /** When it was measured, RFC 3339. */
  readonly time: string | undefined;
}

/** `kubectl top pods`. */
export async function topPods(operation: OperationContext, options: TopPodsOptions = {}): Promise<UsageList<PodUsage>> {
  const { name, labels, fields, signal, containers = false, sortBy, sum } = options;
  refuseMisspelledSelectors(POD_METRICS, options);
  const scope = scopeOf(operation.scope, options.namespace);
  const namespace = namespaceOf(scope);
  const helper = operation.resource<Pod>("pods").in(namespace);
  if (name !== undefined) objectNamespace(POD_METRICS, scope, "read the usage of", name);
  const select = { name, labels, fields, signal };
  const metrics = await readMetrics<PodMetrics>(helper.to<PodMetrics>(POD_METRICS, namespace), select);
  if (metrics.length === 0 && name !== undefined) throw unmeasured([await helper.get(name, { signal })]);
  if (metrics.length === 0) {
    const running = (await helper.list({ labels, fields, signal })).filter(({ status }) => status?.phase === "Running");
    if (running.length > 0) throw unmeasured(running);
  }
  const everywhere = scope.type === "everywhere";
  const pods = metrics.map(({ metadata, containers: all = [], timestamp }) => {
    const of = { namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "" };
    const ordered = all.toSorted((a, b) => byText(a.name, b.name));
    const used = ordered.map((one) => ({ ...of, container: one.name, ...usageOf(one.usage), time: timestamp }));
    return { ...of, ...sumOf(used), time: timestamp, used };
  });
  const byName = pods.sort((a, b) => byText(a.namespace, b.namespace) || byText(a.pod, b.pod));
  const rows = inOrderOf(byName, sortBy).flatMap(({ used, ...pod }): PodUsage[] =>
    containers ? inOrderOf(used, sortBy) : [pod],
  );
  const titles = [
    ...(everywhere ? ["NAMESPACE"] : []),
    ...(containers ? ["POD"] : []),
    ...["NAME", "CPU(cores)", "MEMORY(bytes)"],
  ];
  const cells = (row: PodUsage): string[] => [
    ...(everywhere ? [row.namespace] : []),
    ...(containers ? [row.pod, row.container ?? ""] : [row.pod]),
    ...usageCells(row),
  ];
  const nothing = everywhere ? "No resources found" : `No resources found in ${namespace} namespace.`;
  return new UsageList(rows, { titles, cells, sum, nothing });
}

/** Why pods that there are have no metrics: they were not measured yet, or do not run. */
function unmeasured(pods: readonly Pod[]): KubescriptError {
  const [pod] = pods;
  const phase = pod?.status?.phase ?? "Pending";
  if (pods.length === 1 && phase !== "Running") {
    return new KubescriptError("API", `Cannot read usage: pod "${pod?.metadata?.name}" is ${phase}`, {
      retryable: phase === "Pending",
      hint: "Only pods that run are measured.",
    });
  }
  return new KubescriptError("API", "Cannot read usage: metrics not available yet", {
    retryable: true,
    hint: "Pods are measured some 15 to 60 s after they start: try again then.",
  });
}
