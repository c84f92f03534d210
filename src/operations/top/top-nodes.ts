import { byText } from "../../core/by-text.ts";
import type { LabelSelector } from "../../core/selector.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import type { CallOptions } from "../../transport/transport.ts";
import type { Node } from "../../types/core-v1.ts";
import type { OperationContext } from "../context.ts";
import { NODE_METRICS, type NodeMetrics, readMetrics } from "./metrics-api.ts";
import { type Amounts, inOrderOf, percentOf, type Usage, usageCells, usageOf } from "./usage.ts";
import { UsageList } from "./usage-list.ts";

export interface TopNodesOptions extends CallOptions {
  /** One node alone. */
  readonly name?: string | undefined;
  readonly labels?: LabelSelector | undefined;
  /** The most first. Default by name. */
  readonly sortBy?: "cpu" | "memory" | undefined;
  /** Percent of what the node has, instead of what it has for pods. Default false. */
  readonly showCapacity?: boolean | undefined;
}

/** What a node takes, and how much that is of what it has. */
export interface NodeUsage extends Usage {
  readonly name: string;
  /** Undefined where no metrics of the node have come, with all other figures 0. */
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
  /** When it was measured, RFC 3339. */
  readonly time: string | undefined;
}

const TITLES = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"];
const UNKNOWN = "<unknown>";

/** `kubectl top nodes`. Nodes of which no metrics have come stand at the end. */
export async function topNodes(
  operation: OperationContext,
  options: TopNodesOptions = {},
): Promise<UsageList<NodeUsage>> {
  const { name, labels, sortBy, showCapacity = false, signal } = options;
  refuseMisspelledSelectors(NODE_METRICS, options);
  const helper = operation.resource<Node>("nodes");
  const [metrics, nodes] = await Promise.all([
    readMetrics<NodeMetrics>(helper.to<NodeMetrics>(NODE_METRICS, "*"), { name, labels, signal }),
    name === undefined ? helper.list({ labels, signal }) : helper.get(name, { signal }).then((node) => [node]),
  ]);
  const available = new Map(
    nodes.map(({ metadata, status }) => [
      metadata?.name ?? "",
      (showCapacity ? status?.capacity : status?.allocatable) as Amounts | undefined,
    ]),
  );
  const measured = metrics
    .map(({ metadata, usage, timestamp }): NodeUsage => {
      const own = metadata?.name ?? "";
      const used = usageOf(usage);
      const has = available.get(own);
      available.delete(own);
      const { cpuCores, memoryBytes } = usageOf(has);
      return {
        name: own,
        ...used,
        cpuPercent: percentOf(used.cpuCores, has === undefined ? undefined : cpuCores),
        memoryPercent: percentOf(used.memoryBytes, has === undefined ? undefined : memoryBytes),
        time: timestamp,
      };
    })
    .sort((a, b) => byText(a.name, b.name));
  const silent = [...available.keys()].sort().map((own): NodeUsage => {
    return { name: own, cpuCores: 0, memoryBytes: 0, cpuPercent: undefined, memoryPercent: undefined, time: undefined };
  });
  return new UsageList([...inOrderOf(measured, sortBy), ...silent], {
    titles: TITLES,
    cells,
    nothing: "No nodes found",
  });
}

function cells(row: NodeUsage): string[] {
  if (row.time === undefined && row.cpuPercent === undefined) return [row.name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  const [cpu, memory] = usageCells(row);
  const percent = (value: number | undefined): string => (value === undefined ? UNKNOWN : `${value}%`);
  return [row.name, cpu, percent(row.cpuPercent), memory, percent(row.memoryPercent)];
}
