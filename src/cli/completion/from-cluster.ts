import type { Cluster } from "../../runtime/cluster.ts";
import { openSession } from "../session.ts";
import { type Asked, NOTHING, type Offer, suggest } from "./suggestion.ts";

/** How long who presses Tab waits for a cluster, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Names that the cluster of the line knows; none for a sandbox, which begins only with the command, and none where a flag
 * is being typed, which is no reason to ask a cluster.
 */
export async function fromCluster(
  { values, terminal, current }: Asked,
  names: (k8s: Cluster, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<Offer> {
  if (values.sandbox === true || current.startsWith("-")) return NOTHING;
  const session = await openSession({ ...values, trace: undefined }, terminal);
  try {
    return suggest(await names(session.k8s, AbortSignal.timeout(PATIENCE)));
  } finally {
    await session.close();
  }
}
