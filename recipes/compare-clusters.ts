import { recipe } from "kubescript";

export default recipe({
  description: "Compare the clusters of the kubeconfig: version, nodes, and pods that are not well",
  args: {
    contexts: { type: "string", optional: true, description: "names between commas; every context when left out" },
  },
  async run({ k8s, args, log, signal }) {
    const contexts = args.contexts === undefined ? "*" : args.contexts.split(",").map((name) => name.trim());
    const compared = await k8s.across(
      contexts,
      async (k8s) => {
        const [version, nodes, pods] = await Promise.all([
          k8s.version({ signal }),
          k8s.nodes.list({ signal }),
          k8s.everywhere.pods.list({ signal }),
        ]);
        const is = (type: string, conditions: readonly { type: string; status: string }[] = []): boolean =>
          conditions.some((one) => one.type === type && one.status === "True");
        return {
          version: version.gitVersion,
          nodes: nodes.length,
          notReady: nodes.filter(({ status }) => !is("Ready", status?.conditions)).length,
          pods: pods.length,
          notWell: pods.filter(({ status }) => status?.phase !== "Succeeded" && !is("Ready", status?.conditions))
            .length,
        };
      },
      { signal },
    );
    for (const { context, error } of compared.failures) {
      log.warn(`${context}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return compared.table;
  },
});
