import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingRules } from "../../src/operations/access/rule-cover.ts";
import { ruleAllows } from "../../src/operations/access/rule-matching.ts";
import { make } from "../../src/operations/make/make.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import type { PolicyRule } from "../../src/types/rbac-v1.ts";

describe("missing rules", () => {
  const pods: PolicyRule = { verbs: ["get", "list"], apiGroups: [""], resources: ["pods", "pods/log"] };

  test("are none of what is there, also by a wildcard, for all names or below all resources", () => {
    const wide: PolicyRule[][] = [
      [pods],
      [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
      [
        { ...pods, resources: ["pods"] },
        { ...pods, resources: ["*/log"] },
      ],
    ];
    for (const present of wide) expect(missingRules(present, [pods, { ...pods, resourceNames: ["a"] }])).toEqual([]);
    const paths = { verbs: ["get"], nonResourceURLs: ["/logs/*"] };
    expect(missingRules([paths], [{ verbs: ["get"], nonResourceURLs: ["/logs/a", "/logs/*"] }])).toEqual([]);
  });

  test("are the smallest that lack, each once", () => {
    const present = [{ ...pods, verbs: ["get"], resourceNames: ["a"] }];
    expect(missingRules(present, [pods, pods])).toEqual(
      ["get", "list"].flatMap((verb) =>
        ["pods", "pods/log"].map((resource) => ({ verbs: [verb], apiGroups: [""], resources: [resource] })),
      ),
    );
    expect(missingRules([], [{ verbs: ["get"], nonResourceURLs: ["/a"] }])).toEqual([
      { verbs: ["get"], nonResourceURLs: ["/a"] },
    ]);
  });

  test("make up what lacks: with them every request that was wanted is allowed", () => {
    const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values, { minLength: 1 });
    const rule = fc.record({
      verbs: some("get", "list", "*"),
      apiGroups: some("", "apps", "*"),
      resources: some("pods", "pods/log", "*/log", "*"),
      resourceNames: fc.subarray(["a", "b"]),
    });
    const request = fc.record({
      verb: fc.constantFrom("get", "list", "watch"),
      group: fc.constantFrom("", "apps", "batch"),
      resource: fc.constantFrom("pods", "nodes"),
      subresource: fc.constantFrom(undefined, "log"),
      name: fc.constantFrom(undefined, "a", "c"),
      namespace: fc.constant(undefined),
    });
    fc.assert(
      fc.property(fc.array(rule), fc.array(rule), request, (present, wanted, asked) => {
        const allows = (rules: readonly PolicyRule[]): boolean => rules.some((one) => ruleAllows(one, asked));
        const missing = missingRules(present, wanted);
        expect(allows([...present, ...missing])).toBe(allows(present) || allows(wanted));
        expect(missingRules([...present, ...missing], wanted)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("reconciling", () => {
  let sandbox: RunningSandbox;
  let k8s: Cluster;

  beforeAll(async () => {
    sandbox = await startSandbox({ nodes: [] });
    k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  });

  afterAll(async () => {
    await k8s.close();
    await sandbox.close();
  });

  test("makes what is missing with its namespace, then changes nothing", async () => {
    const namespace = "fresh";
    const wanted = [
      make.role("reader", { namespace, verbs: "get", resources: "pods" }),
      make.roleBinding("readers", { namespace, role: "reader", users: "jane" }),
      make.configMap("other"),
    ];
    const actions = async (): Promise<string[]> => (await k8s.access.reconcile(wanted)).map(({ action }) => action);
    expect(await actions()).toEqual(["created", "created", "skipped"]);
    expect(await k8s.as("jane").in(namespace).can("get", "pods")).toBe(true);
    expect(await actions()).toEqual(["unchanged", "unchanged", "skipped"]);
    expect(await k8s.configmaps.find("other")).toBeUndefined();
  });

  test("adds rules, subjects and labels, and takes extras away on request", async () => {
    await k8s.roles.create(make.role("r", { verbs: "get,list", resources: "pods", labels: { a: "old" } }));
    const more = make.role("r", { verbs: "get", resources: "pods,services", labels: { a: "new", b: "new" } });
    expect(await k8s.access.reconcile(more)).toMatchObject([{ action: "changed", namespace: "default", name: "r" }]);
    const joined = await k8s.roles.get("r");
    expect(joined.metadata?.labels).toEqual({ a: "old", b: "new" });
    expect(joined.rules).toEqual([
      { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] },
      { verbs: ["get"], apiGroups: [""], resources: ["services"] },
    ]);
    await k8s.access.reconcile(more, { removeExtraPermissions: true });
    expect((await k8s.roles.get("r")).rules).toEqual(more.rules);

    await k8s.rolebindings.create(make.roleBinding("b", { role: "r", users: ["jane", "eve"] }));
    const binding = make.roleBinding("b", { role: "r", users: ["jane", "zoe"] });
    const names = async (): Promise<(string | undefined)[]> =>
      ((await k8s.rolebindings.get("b")).subjects ?? []).map(({ name }) => name);
    await k8s.access.reconcile(binding);
    expect(await names()).toEqual(["jane", "eve", "zoe"]);
    await k8s.access.reconcile(binding, { removeExtraSubjects: true });
    expect(await names()).toEqual(["jane", "zoe"]);
  });

  test("makes a binding anew for another role, and only tries on a dry run", async () => {
    await k8s.clusterrolebindings.create(make.clusterRoleBinding("c", { clusterRole: "view", users: "jane" }));
    const edit = make.clusterRoleBinding("c", { clusterRole: "edit", users: "zoe" });
    expect(await k8s.dryRun().access.reconcile(edit)).toMatchObject([{ action: "recreated", namespace: "" }]);
    expect((await k8s.clusterrolebindings.get("c")).roleRef.name).toBe("view");
    expect(await k8s.access.reconcile(edit)).toMatchObject([{ action: "recreated" }]);
    const { roleRef, subjects } = await k8s.clusterrolebindings.get("c");
    expect([roleRef.name, (subjects ?? []).map(({ name }) => name)]).toEqual(["edit", ["zoe"]]);
  });

  test("gathers selectors of aggregated roles, leaves protected ones, and names what it did before an error", async () => {
    const aggregated = make.clusterRole("all", { aggregationRule: "a=1" });
    await k8s.clusterroles.create(aggregated);
    const other = make.clusterRole("all", { aggregationRule: "b=1" });
    await k8s.access.reconcile(other);
    expect((await k8s.clusterroles.get("all")).aggregationRule?.clusterRoleSelectors).toEqual([
      { matchLabels: { a: "1" } },
      { matchLabels: { b: "1" } },
    ]);
    expect(await k8s.access.reconcile(other)).toMatchObject([{ action: "unchanged" }]);

    const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
    await k8s.roles.create(make.role("kept", { verbs: "get", resources: "pods", annotations }));
    const wider = make.role("kept", { verbs: "*", resources: "*.*" });
    expect(await k8s.access.reconcile(wider)).toMatchObject([{ action: "protected" }]);

    const old = { ...wider, apiVersion: "rbac.authorization.k8s.io/v1beta1" };
    await expect(k8s.access.reconcile([old])).rejects.toThrow("its apiVersion is rbac.authorization.k8s.io/v1beta1");
    const wrong = { ...make.role("wrong", { verbs: "get", resources: "pods" }), rules: [{ verbs: [] }] };
    await expect(k8s.access.reconcile([wider, wrong])).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringMatching(/^Cannot reconcile Role "wrong": cannot POST /),
      hint: expect.stringContaining('Done before it: Role "kept" protected.'),
    });
  });
});
