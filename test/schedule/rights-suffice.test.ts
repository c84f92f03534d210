import { afterAll, beforeAll, expect, test } from "vitest";
import { make } from "../../src/operations/make/make.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import { accessRules } from "../../src/schedule/access-rules.ts";
import { rightsManifests } from "../../src/schedule/manifests.ts";
import { rightsInCode } from "../../src/schedule/source-rights.ts";

let sandbox: RunningSandbox;
let k8s: Cluster;

beforeAll(async () => {
  sandbox = await startSandbox();
  k8s = await openCluster({ kubeconfig: sandbox.kubeconfig });
  await k8s.apply(make.clusterRoleBinding("jane", { clusterRole: "view", users: "jane" }));
});

afterAll(async () => {
  await k8s.close();
  await sandbox.close();
});

/** The server checks more than the verb on the resource of these. */
test.each([
  ["grant", `await k8s.access.grant({ user: "eve", clusterRole: "edit" })`],
  [
    "revoke",
    `await k8s.access.grant({ user: "a", clusterRole: "admin", name: "both" });
     await k8s.access.grant({ user: "b", clusterRole: "admin", name: "both" });
     await k8s.access.revoke({ user: "a", clusterRole: "admin" });`,
  ],
  ["everywhere", `await k8s.access.grant({ group: "g", clusterRole: "view", namespace: "*" })`],
  ["bind", `await k8s.apply(k8s.make.roleBinding("applied", { clusterRole: "view", users: "eve" }))`],
  ["as", `await k8s.as("jane", ["devs"]).pods.list()`],
  ["account", `await k8s.as("system:serviceaccount:default:default").whoami()`],
  ["path", `await k8s.http.get("/livez/etcd")`],
])("the rights that a source shows are enough for an account: %s", async (name, script) => {
  const account = `robot-${name}`;
  await k8s.serviceaccounts.create(make.serviceAccount(account));
  await using robot = await accountHandle(account);
  await expect(run(script, robot.k8s)).rejects.toMatchObject({ code: "FORBIDDEN" });
  const lookup = {
    resolve: (one: string) =>
      k8s
        .resource(one)
        .resource()
        .catch(() => undefined),
    listable: () => k8s.resources({ verbs: ["list"] }),
  };
  const roles = rightsManifests(account, "default", accessRules(await rightsInCode(script, "default", lookup)));
  const serviceAccounts = `default:${account}`;
  const bindings = roles.map(({ kind, metadata }) => {
    const role = metadata?.name ?? "";
    if (kind === "ClusterRole") return make.clusterRoleBinding(account, { clusterRole: role, serviceAccounts });
    return make.roleBinding(account, { role, serviceAccounts, namespace: metadata?.namespace });
  });
  await k8s.apply([...roles, ...bindings]);
  await run(script, robot.k8s);
});

async function accountHandle(account: string): Promise<{ k8s: Cluster } & AsyncDisposable> {
  const own = await openCluster({ kubeconfig: await k8s.access.kubeconfig(account) });
  return { k8s: own, [Symbol.asyncDispose]: () => own.close() };
}

async function run(script: string, handle: Cluster): Promise<void> {
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...words: string[]
  ) => (k8s: Cluster) => Promise<void>;
  await new AsyncFunction("k8s", script)(handle);
}
