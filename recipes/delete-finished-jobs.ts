import { type Cluster, recipe } from "kubescript";

type Job = Awaited<ReturnType<Cluster["jobs"]["get"]>>;

/** How and when a Job ended; undefined while it runs or is suspended. */
function ending({ status }: Job): { failed: boolean; at: number } | undefined {
  const end = status?.conditions?.find(
    ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
  );
  if (end?.lastTransitionTime === undefined) return undefined;
  return { failed: end.type === "Failed", at: Date.parse(end.lastTransitionTime) };
}

export default recipe({
  description: "Delete finished Jobs older than a limit, with their pods",
  args: {
    olderThan: { type: "duration", default: "24h", description: "how long ago the Job must have finished" },
    namespace: { type: "string", optional: true, description: "only here; every namespace when left out" },
    failed: { type: "boolean", default: false, description: "also Jobs that failed" },
  },
  async run({ k8s, args, log, signal }) {
    const scope = args.namespace === undefined ? k8s.everywhere : k8s.in(args.namespace);
    const limit = Date.now() - args.olderThan;
    const deleted: string[] = [];
    for (const job of await scope.jobs.list({ signal })) {
      const { name = "", namespace = "", ownerReferences } = job.metadata ?? {};
      const end = ending(job);
      if (end === undefined || end.at > limit || (end.failed && !args.failed)) continue;
      // a CronJob keeps a history of its own; what it owns is its to remove
      if (ownerReferences?.some((owner) => owner.controller)) continue;
      await k8s.in(namespace).jobs.delete(name, { propagationPolicy: "Background", signal });
      log(`deleted ${namespace}/${name}, finished ${new Date(end.at).toISOString()}`);
      deleted.push(`${namespace}/${name}`);
    }
    return { deleted };
  },
});
