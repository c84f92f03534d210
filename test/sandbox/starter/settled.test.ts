import { afterEach, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../../src/sandbox/index.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";

let sandbox: RunningSandbox;
afterEach(() => sandbox.close());

test("a newcomer finds something healthy, something rolling and something broken, all of it minutes old", async () => {
  sandbox = await startSandbox({ starter: true, headStartMs: 600_000 });
  const status = (name: string): { [field: string]: unknown } =>
    (sandbox.registry.get("deployments.apps", "shop", name) as ApiObject & { status: { [field: string]: unknown } })
      .status;
  expect(status("web")).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
  expect(status("cart")).toMatchObject({ replicas: 5, updatedReplicas: 1, readyReplicas: 4 });
  const pods = sandbox.registry.list("pods") as Pod[];
  const waiting = (app: string): unknown[] =>
    pods
      .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === app)
      .map((pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason);
  expect(waiting("payments")).toEqual(["CrashLoopBackOff"]);
  expect(waiting("recommendations")).toEqual(["ImagePullBackOff"]);
  const system = pods.filter(({ metadata }) => metadata.namespace === "kube-system");
  expect(new Set(system.map((pod) => pod.status?.phase))).toEqual(new Set(["Running"]));
  const ages = system.map(({ metadata }) => Date.now() - Date.parse(metadata.creationTimestamp ?? ""));
  expect(Math.min(...ages)).toBeGreaterThan(590_000);
});
