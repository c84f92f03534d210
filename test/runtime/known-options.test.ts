import { expect, test } from "vitest";
import { CLUSTER_OPTIONS, HELPER_OPTIONS, type OptionTable } from "../../src/operations/option-names.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { ClusterHandle } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";

const kubeconfig = `
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:9" } }]
contexts: [{ name: c, context: { cluster: c } }]
`;
const k8s = await openCluster({ kubeconfig, env: {} });

test.each([
  [() => k8s.pods.exec("web", ["ls"], { timeout: 5 } as object), "exec", "timeout", "It takes bytes, check, container"],
  [() => k8s.pods.delete("web", { dryrun: true } as object), "delete", "dryrun", 'The option is "dryRun".'],
  [
    () =>
      k8s.pods
        .in("x")
        .dryRun()
        .delete("w", { waits: true } as object),
    "delete",
    "waits",
    '"wait"',
  ],
  [() => k8s.pods.everywhere.list({ label: "a=b" } as object), "list", "label", '"labels"'],
  [() => k8s.nodes.drain("n", { ignoreDaemonsets: true } as object), "drain", "ignoreDaemonsets", "ignoreDaemonSets"],
  [() => k8s.nodes.drain("n", { namespace: "web" } as object), "drain", "namespace", "It takes deleteEmptyDirData"],
  [() => k8s.pods.describe({ selector: "a=b" } as object), "describe", "selector", 'The option is "labels".'],
  [() => k8s.deployments.rollout.wait("w", { timeout: 5 } as object), "wait", "timeout", 'The option is "timeoutMs".'],
  [
    () =>
      k8s
        .in("x")
        .dryRun()
        .apply("f.yaml", { forced: true } as object),
    "apply",
    "forced",
    'The option is "force".',
  ],
  [() => k8s.top.pods({ sortby: "cpu" } as object), "pods", "sortby", 'The option is "sortBy".'],
  [() => k8s.access.can("get", "pods", { sub: "log" } as object), "can", "sub", 'The option is "subresource".'],
])("an option that does not exist is refused before anything is asked for: %s", async (call, name, option, hint) => {
  await expect(call()).rejects.toMatchObject({
    message: `Cannot call ${name}: there is no option "${option}"`,
    hint: expect.stringContaining(hint),
  });
});

test("what gives a stream refuses at the call", () => {
  expect(() => k8s.pods.logs("web", { follows: true } as object)).toThrow('there is no option "follows"');
  expect(() => k8s.pods.logs({ folow: true } as object)).toThrow('there is no option "folow"');
  expect(() => k8s.pods.watch({ label: "a=b" } as object)).toThrow('there is no option "label"');
});

/** Methods of a class and those it extends. */
function methodsOf(prototype: object): string[] {
  const names: string[] = [];
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== "constructor" && typeof value === "function") names.push(name);
    }
  }
  return [...new Set(names)].sort();
}

test.each<[string, object, OptionTable, string[]]>([
  [
    "helper",
    ResourceHelper.prototype,
    HELPER_OPTIONS,
    ["dryRun", "fetch", "in", "resource", "signalFor", "subresource", "table", "to", "toJSON", "toString"],
  ],
  [
    "handle",
    ClusterHandle.prototype,
    CLUSTER_OPTIONS,
    ["as", "close", "dryRun", "in", "resource", "toJSON", "toString", "under", "use"],
  ],
])("every method of a %s has its options listed, but those that take none of ours", (_, prototype, table, without) => {
  expect(methodsOf(prototype)).toEqual([...Object.keys(table.methods), ...without].sort());
});
