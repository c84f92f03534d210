import { recipe } from "kubescript";

export default recipe({
  description: "Give Deployments a new image, one after the other, and roll back the one that does not come up",
  args: {
    labels: { type: "string", description: "label selector of the Deployments" },
    image: { type: "string", description: "the new image" },
    container: { type: "string", default: "*", description: "whose image it is; every container's when left out" },
    timeout: { type: "duration", default: "5m", description: "how long one rollout may take" },
  },
  async run({ k8s, args, log, signal }) {
    const { deployments } = k8s;
    const updated: string[] = [];
    for (const { metadata } of await deployments.list({ labels: args.labels, signal })) {
      const { name = "", generation, annotations } = metadata ?? {};
      const revision = annotations?.["deployment.kubernetes.io/revision"];
      const changed = await deployments.set.image(name, { [args.container]: args.image }, { signal });
      if (changed.metadata?.generation === generation) {
        log(`${name} has it already`);
        continue;
      }
      try {
        await deployments.rollout.wait(name, { timeoutMs: args.timeout, signal });
      } catch (cause) {
        // who interrupts decides what becomes of it; and without a revision there is nothing to go back to
        if (signal.aborted || revision === undefined) throw cause;
        await deployments.rollout.undo(name, { toRevision: Number(revision), signal });
        const done = updated.length === 0 ? "no other was updated" : `updated before: ${updated.join(", ")}`;
        throw new Error(`${name} did not come up with ${args.image} and is back at revision ${revision}; ${done}`, {
          cause,
        });
      }
      log(`${name} runs ${args.image}`);
      updated.push(name);
    }
    return { updated };
  },
});
