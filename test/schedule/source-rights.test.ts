import { describe, expect, it } from "vitest";
import { resolveName } from "../../src/core/names.ts";
import { rightsInCode } from "../../src/schedule/source-rights.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";

/** `get pods/log in web`; everywhere without a place. */
async function of(source: string): Promise<string[]> {
  const accesses = await rightsInCode(source, "own", {
    resolve: async (name) => {
      const found = resolveName(name, BUILT_IN_RESOURCES);
      return found.type === "found" ? found.resource : undefined;
    },
    listable: async () => BUILT_IN_RESOURCES,
  });
  const lines = accesses.map((access) => {
    if ("path" in access) return `${access.verb} ${access.path}`;
    const { verb, resource, name, namespace } = access;
    const named = name === undefined ? "" : ` ${name}`;
    return `${verb} ${resource}${named}${namespace === undefined ? "" : ` in ${namespace}`}`;
  });
  return [...new Set(lines)];
}

describe("rights shown by a script's source", () => {
  it("are those of branches, too, that a run may never take", async () => {
    expect(await of("if (false) await k8s.jobs.delete('x')")).toEqual(["delete jobs in own"]);
  });

  it("are where the scopes say, and everywhere where a namespace is computed", async () => {
    expect(
      await of(`k8s.in("web").dryRun().pods.list(); k8s.pods.in("db").list(); k8s.pods.get("x", { namespace: "c" });
          k8s.configmaps.apply({ metadata: { namespace: "d" } }); k8s.everywhere.jobs.list(); k8s.in(name).cj.get("x");
          k8s.secrets.get("x", { namespace: name }); k8s.services.create(object)`),
    ).toEqual([
      ...["list pods in web", "list pods in db", "get pods in c", "create configmaps in d", "patch configmaps in d"],
      ...["list jobs", "get cronjobs", "get secrets", "create services"],
    ]);
  });

  it("are those of what a name or a selector stands for", async () => {
    expect(await of(`k8s.pods.exec(\`deploy/\${name}\`, ['date'])`)).toEqual([
      ...["get deployments in own", "list pods in own", "get pods/exec in own", "create pods/exec in own"],
    ]);
    expect(await of("k8s.wait('jobs/migrate', 'complete', { timeoutMs: 0 })")).toContain("get jobs in own");
  });

  it("grow with options that are given, and with options that are not seen", async () => {
    expect(await of("k8s.pods.delete('x', { wait: false })")).toEqual(["delete pods in own"]);
    const waits = ["delete pods in own", "list pods in own", "watch pods in own"];
    expect(await of("k8s.pods.delete('x', { wait: true })")).toEqual(waits);
    expect(await of("k8s.pods.delete('x', { ...how })")).toEqual(waits);
    expect(await of("k8s.pods.delete('x', how)")).toEqual(waits);
  });

  it("are those of the kinds in manifests that stand there", async () => {
    const rights = ["get", "create", "patch"];
    const manifest = `apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: a, namespace: \${where} }`;
    expect(await of(`k8s.diff(\`${manifest}\`)`)).toEqual(rights.map((verb) => `${verb} configmaps`));
    expect(await of("k8s.diff([k8s.make.job('a', {}), make.role('b', { namespace: 'web' })])")).toEqual([
      ...rights.map((verb) => `${verb} jobs in own`),
      ...rights.map((verb) => `${verb} roles in web`),
    ]);
    expect(await of("k8s.apply('manifests/')")).toEqual([]);
  });

  it("hold across the namespaces that a function is run in", async () => {
    expect(await of("k8s.across({ namespaces: ['a', 'b'] }, (k8s) => k8s.pods.list())")).toEqual([
      ...["list pods in a", "list pods in b"],
    ]);
    expect(await of("k8s.across(targets, (k8s) => k8s.pods.list())")).toEqual(["list namespaces", "list pods"]);
  });

  it("are to be somebody else, who then must be allowed what is asked", async () => {
    expect(await of(`const jane = k8s.as("jane", ["devs", other]); k8s.in("web").as("joe").pods.list()`)).toEqual([
      ...["impersonate users jane", "impersonate groups devs", "impersonate users joe"],
    ]);
    expect(await of(`k8s.as("system:serviceaccount:ops:ci").in("web").pods.list(); k8s.as(name, names)`)).toEqual([
      "impersonate serviceaccounts ci in ops",
    ]);
  });

  it("are to bind the roles that are given, as far as their names are seen", async () => {
    const bound = async (source: string): Promise<string[]> => {
      return (await of(source)).filter((one) => one.startsWith("bind"));
    };
    expect(await bound(`k8s.access.grant({ user: name, clusterRole: "view" })`)).toEqual([
      "bind clusterroles view in own",
    ]);
    expect(await bound(`k8s.access.grant({ user, role: "own", namespace: "web" })`)).toEqual(["bind roles own in web"]);
    expect(await bound(`k8s.access.grant({ user, clusterRole: "view", namespace: "*" })`)).toEqual([
      "bind clusterroles view",
    ]);
    expect(await bound(`k8s.access.grant({ user, clusterRole: name }); k8s.access.grant(options)`)).toEqual([]);
    expect(
      await bound(`k8s.apply(k8s.make.roleBinding("b", { role: "r", users })); k8s.rolebindings.create(object);
          k8s.clusterrolebindings.create({ roleRef: { kind: "ClusterRole", name: "edit" } });
          k8s.delete({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", roleRef: { kind: "Role", name: "x" } })`),
    ).toEqual(["bind roles r in own", "bind clusterroles edit"]);
  });

  it("are those of paths that are no resources", async () => {
    expect(await of(`k8s.http.get("/metrics")`)).toEqual(["get /metrics"]);
  });

  it("pass over other objects, unknown methods and uncalled members", async () => {
    const source = "other.pods.list(); k8s.pods.nonsense(); k8s.pods.list; k8s.version(); k8s['x' + y].list();";
    expect(await of(`${source} k8s.nonsense.list(); k8s.pods.constructor()`)).toEqual([]);
  });
});
