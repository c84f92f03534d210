import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatYaml, parseYaml } from "../../src/core/yaml.ts";
import type { AccessAttributes } from "../../src/operations/access/attributes.ts";
import { serviceAccountKubeconfig } from "../../src/operations/access/kubeconfig.ts";
import { ruleAllows } from "../../src/operations/access/rule-matching.ts";
import type { OperationContext } from "../../src/operations/context.ts";
import { render } from "../../src/repl/render/output.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import type { CertificateSigningRequest } from "../../src/types/certificates-v1.ts";
import type { PolicyRule } from "../../src/types/rbac-v1.ts";
import { requestOf } from "../sandbox/certificates/request-of.ts";

let sandbox: RunningSandbox;
let k8s: Cluster;

beforeAll(async () => {
  sandbox = await startSandbox({ nodes: [], users: [{ username: "viewer", groups: ["viewers"] }] });
  k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  await k8s.namespaces.create(k8s.make.namespace("web"));
  const team = k8s.in("web");
  await team.serviceaccounts.create(k8s.make.serviceAccount("ci"));
  await team.roles.create(k8s.make.role("reader", { verbs: "get", resources: "secrets", resourceNames: ["tls"] }));
  await team.rolebindings.create(k8s.make.roleBinding("readers", { role: "reader", groups: "devs", users: "eve" }));
  await team.rolebindings.create(k8s.make.roleBinding("lost", { role: "nowhere", users: "ghost" }));
  // A service account without a namespace cannot be written by hand: the server fills none in.
  await team.rolebindings.create(k8s.make.roleBinding("ci", { clusterRole: "admin", serviceAccounts: "web:ci" }));
  await k8s.clusterroles.create(k8s.make.clusterRole("health", { verbs: "get", nonResourceURLs: "/livez/*" }));
  await k8s.clusterroles.create({
    ...k8s.make.clusterRole("part", { verbs: "get", resources: "widgets.example.com/status" }),
    metadata: { name: "part", labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
  });
  await k8s.clusterrolebindings.create(
    k8s.make.clusterRoleBinding("health", { clusterRole: "health", users: "probe" }),
  );
  await team.rolebindings.create(k8s.make.roleBinding("health", { clusterRole: "health", users: "nobody" }));
});

afterAll(async () => {
  await k8s.close();
  await sandbox.close();
});

async function printed(value: unknown): Promise<string> {
  return (await render(value, { format: { type: "table", wide: false }, color: false, now: 0 })) ?? "";
}

describe("a rule", () => {
  const rule = (fields: Partial<PolicyRule>): PolicyRule => ({
    verbs: ["get"],
    apiGroups: [""],
    resources: ["pods"],
    ...fields,
  });
  const asked = (fields: object = {}): AccessAttributes => ({
    ...{ verb: "get", group: "", resource: "pods", subresource: undefined, name: undefined, namespace: undefined },
    ...fields,
  });
  const cases: readonly (readonly [boolean, PolicyRule, AccessAttributes])[] = [
    [true, rule({}), asked()],
    [false, rule({}), asked({ verb: "list" })],
    [true, rule({ verbs: ["*"] }), asked({ verb: "list" })],
    [false, rule({ apiGroups: ["apps"] }), asked()],
    [false, rule({}), asked({ subresource: "log" })],
    [true, rule({ resources: ["pods/log"] }), asked({ subresource: "log" })],
    [true, rule({ resources: ["*/log"] }), asked({ subresource: "log" })],
    [false, rule({ resources: ["*/log"] }), asked()],
    [true, rule({ resources: ["*"], apiGroups: ["*"] }), asked({ subresource: "log" })],
    [false, rule({ resourceNames: ["a"] }), asked()],
    [true, rule({ resourceNames: ["a"] }), asked({ name: "a" })],
    [false, rule({ resourceNames: ["a"] }), asked({ name: "b" })],
    [true, { verbs: ["get"], nonResourceURLs: ["/logs/*"] }, { verb: "get", path: "/logs/x/y" }],
    [false, { verbs: ["get"], nonResourceURLs: ["/logs/*"] }, { verb: "get", path: "/logs" }],
    [true, { verbs: ["*"], nonResourceURLs: ["*"] }, { verb: "get", path: "/logs" }],
    [false, rule({}), { verb: "get", path: "/pods" }],
  ];
  test.each(cases)("allows or not (%s): %j for %j", (allowed, given, request) => {
    expect(ruleAllows(given, request)).toBe(allowed);
  });
});

describe("who can", () => {
  test("names each subject with its binding and role, where the right holds", async () => {
    const { subjects, notes } = await k8s.access.whoCan("get", "secrets", { namespace: "web", name: "tls" });
    expect(notes).toEqual([]);
    const reader = { binding: "RoleBinding/web/readers", role: "Role/web/reader" };
    expect(subjects).toContainEqual({ kind: "Group", name: "devs", namespace: "", ...reader });
    expect(subjects).toContainEqual({ kind: "User", name: "eve", namespace: "", ...reader });
    expect(subjects).toContainEqual({
      kind: "ServiceAccount",
      name: "ci",
      namespace: "web",
      binding: "RoleBinding/web/ci",
      role: "ClusterRole/admin",
    });
    const masters = {
      kind: "Group",
      name: "system:masters",
      namespace: "",
      binding: "ClusterRoleBinding/cluster-admin",
    };
    expect(subjects).toContainEqual({ ...masters, role: "ClusterRole/cluster-admin" });
    const elsewhere = await k8s.access.whoCan("get", "secrets", { namespace: "default", name: "tls" });
    expect(elsewhere.subjects.map(({ name }) => name)).toEqual(["system:masters"]);
  });

  test("has no name beyond those that a rule names, and the subjects the server would let through", async () => {
    const names = async (...asked: Parameters<typeof k8s.access.whoCan>): Promise<string[]> =>
      (await k8s.access.whoCan(...asked)).subjects.map(({ name }) => name);
    expect(await names("get", "secrets", { namespace: "web" })).not.toContain("eve");
    expect(await names("get", "secrets", { namespace: "web", name: "tls" })).toContain("eve");
    expect(await k8s.as("eve").in("web").can("get", "secrets")).toBe(false);
    expect(await k8s.as("eve").in("web").can("get", "secrets", { name: "tls" })).toBe(true);
    // The request for a namespace is one in it.
    expect(await names("get", "namespaces", { name: "web" })).toContain("ci");
    expect(await names("get", "namespaces", { name: "default" })).not.toContain("ci");
    // Aggregated into view, and so into admin.
    await k8s.http.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", WIDGETS);
    expect(await names("get", "widgets/status", { namespace: "web" })).toContain("ci");
  });

  test("knows what authorizers alone know: users, groups, signers", async () => {
    await k8s.apply([
      k8s.make.clusterRole("be-jane", { verbs: "impersonate", resources: "users", resourceNames: "jane" }),
      k8s.make.clusterRoleBinding("be-jane", { clusterRole: "be-jane", users: "mimic" }),
    ]);
    const names = async (name?: string): Promise<string[]> =>
      (await k8s.access.whoCan("impersonate", "users", { name })).subjects.map((one) => one.name);
    expect([(await names("jane")).sort(), await names()]).toEqual([["mimic", "system:masters"], ["system:masters"]]);
    const mimic = k8s.as("mimic");
    expect(await mimic.can("impersonate", "users", { name: "jane" })).toBe(true);
    expect(await mimic.can("impersonate", "users", { name: "joe" })).toBe(false);
    expect(await k8s.can("approve", "signers.certificates.k8s.io", { name: "example.com/own" })).toBe(true);
    await expect(k8s.can("get", "podz")).rejects.toMatchObject({ code: "UNKNOWN_RESOURCE" });
  });

  test("knows paths, to which a binding in a namespace gives no right", async () => {
    const { subjects } = await k8s.access.whoCan("get", "/livez/ping");
    expect(subjects.map(({ name }) => name)).toContain("probe");
    expect(subjects.map(({ name }) => name)).not.toContain("nobody");
    const { rules } = await k8s.in("web").access.rulesOf("nobody");
    expect(rules.some(({ nonResourceURLs = [] }) => nonResourceURLs.includes("/livez/*"))).toBe(false);
  });

  test("says what it could not read, and fails where that is everything", async () => {
    await k8s.in("web").access.grant({ user: "lead", clusterRole: "admin" });
    const partial = await k8s.as("lead").in("web").access.whoCan("get", "secrets", { name: "tls" });
    expect(partial.notes).toEqual([
      "clusterrolebindings could not be listed: Forbidden",
      "clusterroles could not be listed: Forbidden",
    ]);
    expect(partial.subjects.map(({ name }) => name)).toContain("eve");
    expect(await printed(partial)).toMatch(
      /^KIND +NAME[\s\S]*\nnote: clusterrolebindings could not be listed: Forbidden\n/,
    );
    await expect(k8s.as("eve").access.whoCan("get", "secrets")).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("tells that nobody has a right by a role", async () => {
    const none = await k8s.as("lead").in("web").access.whoCan("escalate", "roles");
    expect(await printed(none)).toBe(
      [
        "Nobody has that right by a role.",
        "note: clusterrolebindings could not be listed: Forbidden",
        "note: clusterroles could not be listed: Forbidden",
      ].join("\n"),
    );
  });
});

const WIDGETS = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};

describe("rules", () => {
  test("are what the server lists, a row for each resource as kubectl prints them", async () => {
    const mine = await k8s.as("eve").in("web").access.rules();
    expect(mine).toMatchObject({ incomplete: false });
    expect(mine.rules).toContainEqual({
      verbs: ["get"],
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["tls"],
    });
    const lines = (await printed(mine)).split("\n");
    expect(lines[0]).toMatch(/^RESOURCES +NON RESOURCE URLS +RESOURCE NAMES +VERBS$/);
    expect(lines).toContainEqual(expect.stringMatching(/^secrets +\[\] +\[tls\] +\[get\]$/));
  });

  test("of another are computed, with their origin, and are those that the server lists for it", async () => {
    const team = k8s.in("web");
    const plain = (rules: readonly object[]): string[] =>
      rules
        .map((one) => JSON.stringify(one, ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]))
        .sort();
    const computed = await team.access.rulesOf("system:serviceaccount:web:ci");
    const account = k8s.as("system:serviceaccount:web:ci", ["system:serviceaccounts", "system:serviceaccounts:web"]);
    expect(plain(computed.rules)).toEqual(plain((await account.in("web").access.rules()).rules));
    expect(computed.rules.find(({ resources = [] }) => resources.includes("rolebindings"))).toMatchObject({
      binding: "RoleBinding/web/ci",
      role: "ClusterRole/admin",
    });
    const { rules } = await team.access.rulesOf("zoe", { groups: ["devs"] });
    expect(rules.map(({ binding }) => binding)).toContain("RoleBinding/web/readers");
  });

  test("are of one namespace", async () => {
    await expect(k8s.everywhere.access.rules()).rejects.toThrow("rules are of one namespace");
  });
});

describe("a grant", () => {
  test("makes a binding once, which lets the user in, and a revocation takes it away", async () => {
    const [jane, team] = [k8s.as("jane").in("web"), k8s.in("web")];
    expect(await jane.can("list", "pods")).toBe(false);
    expect(await team.access.grant({ user: "jane", clusterRole: "view" })).toEqual({
      ...{ action: "created", kind: "RoleBinding", namespace: "web" },
      ...{ binding: "view:user:jane", role: "ClusterRole/view" },
    });
    expect(await jane.can("list", "pods")).toBe(true);
    expect(await team.access.grant({ user: "jane", clusterRole: "view" })).toMatchObject({ action: "unchanged" });
    expect(await team.access.revoke({ user: "jane", clusterRole: "view" })).toEqual([
      expect.objectContaining({ action: "deleted", binding: "view:user:jane" }),
    ]);
    expect(await jane.can("list", "pods")).toBe(false);
    expect(await team.access.revoke({ user: "jane", clusterRole: "view" })).toEqual([]);
  });

  test("adds to a binding of that name, and a revocation leaves the others in it", async () => {
    const team = k8s.in("web");
    const named = { role: "reader", name: "readers" };
    expect(await team.access.grant({ serviceAccount: "ci", ...named })).toMatchObject({ action: "changed" });
    const { subjects } = await team.rolebindings.get("readers");
    expect(subjects).toContainEqual({ kind: "ServiceAccount", name: "ci", namespace: "web" });
    expect(await team.access.revoke({ serviceAccount: "web:ci", role: "reader" })).toEqual([
      expect.objectContaining({ action: "changed", binding: "readers" }),
    ]);
    expect((await team.rolebindings.get("readers")).subjects).toHaveLength(2);
  });

  test("that cannot be taken away whole says by which bindings it is left", async () => {
    await k8s.in("web").access.grant({ user: "mia", clusterRole: "view", name: "first" });
    await k8s.in("web").rolebindings.create(k8s.make.roleBinding("second", { clusterRole: "view", users: "mia" }));
    await k8s.in("web").roles.create(
      k8s.make.role("half", {
        rules: [
          { verbs: "get,list", resources: "rolebindings" },
          { verbs: "delete", resources: "rolebindings", resourceNames: "first" },
        ],
      }),
    );
    await k8s.in("web").access.grant({ user: "half", role: "half" });
    await expect(k8s.as("half").in("web").access.revoke({ user: "mia", clusterRole: "view" })).rejects.toMatchObject({
      code: "FORBIDDEN",
      hint: expect.stringContaining('It still has the role by RoleBinding "second".'),
    });
    expect(await k8s.in("web").rolebindings.find("first")).toBeUndefined();
  });

  test("may come from a user who cannot list bindings", async () => {
    const team = k8s.in("web");
    await team.roles.create(
      k8s.make.role("giver", {
        rules: [
          { verbs: "get,create,update", resources: "rolebindings" },
          { verbs: "bind", resources: "roles.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io" },
        ],
      }),
    );
    await team.access.grant({ user: "giver", role: "giver" });
    const giver = k8s.as("giver").in("web").access;
    expect(await giver.grant({ user: "lee", clusterRole: "view" })).toMatchObject({ action: "created" });
    expect(await giver.grant({ user: "lee", clusterRole: "view" })).toMatchObject({ action: "unchanged" });
  });

  test("of the whole cluster is a ClusterRoleBinding", async () => {
    const granted = await k8s.everywhere.access.grant({ group: "ops", clusterRole: "view", dryRun: true });
    expect(granted).toMatchObject({ action: "created", kind: "ClusterRoleBinding", namespace: "" });
    expect(await k8s.clusterrolebindings.find(granted.binding)).toBeUndefined();
    expect(await k8s.dryRun().access.grant({ user: "d", clusterRole: "view" })).toMatchObject({ action: "created" });
    expect(await k8s.rolebindings.find("view:user:d")).toBeUndefined();
  });

  test("is refused where it makes no sense, before anything is written", async () => {
    const refusals: [string, Parameters<typeof k8s.access.grant>[0]][] = [
      ["no subject is given", { clusterRole: "view" }],
      ["user and group are given together", { user: "a", group: "b", clusterRole: "view" }],
      ["no role is given", { user: "a" }],
      ['a Role, "r", holds in one namespace', { user: "a", role: "r", namespace: "*" }],
      ['the service account "a:b:c" cannot be read', { serviceAccount: "a:b:c", clusterRole: "view" }],
      ['Cannot grant ClusterRole "veiw": there is no such ClusterRole', { user: "a", clusterRole: "veiw" }],
    ];
    for (const [message, options] of refusals) await expect(k8s.access.grant(options)).rejects.toThrow(message);
    const taken = { user: "a", clusterRole: "edit", name: "readers", namespace: "web" };
    await expect(k8s.access.grant(taken)).rejects.toThrow('RoleBinding "readers" is for Role "reader"');
  });
});

describe("a service account", () => {
  test("gets a token for an audience and a time, bound to an object", async () => {
    const { token, expirationTimestamp } = await k8s.in("web").serviceaccounts.token("ci", {
      audiences: ["vault"],
      durationSeconds: 1200,
    });
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      aud: string[];
      exp: number;
    };
    expect(claims.aud).toEqual(["vault"]);
    expect(Math.abs(claims.exp * 1000 - Date.parse(expirationTimestamp))).toBeLessThan(2000);
    await expect(
      k8s.in("web").serviceaccounts.token("ci", { boundTo: { kind: "Secret", name: "gone" } }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    await k8s.in("web").secrets.create(k8s.make.secret("leash"));
    const bound = { kind: "Secret", name: "leash" } as const;
    const text = await k8s.access.kubeconfig("ci", { namespace: "web", boundTo: bound });
    const session = await openCluster({ kubeconfig: text, env: {} });
    await session.pods.list();
    await k8s.in("web").secrets.delete("leash");
    await expect(session.pods.list()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await session.close();
  });

  test("shares the way to the server, and none of our own credentials for it", async () => {
    const operation = {
      scope: { type: "namespace", namespace: "web", chosen: true },
      resource: () => k8s.serviceaccounts.in("web"),
      connection: async () => ({
        ...{ cluster: "c", server: "https://10.0.0.1", disableCompression: true },
        tls: { ca: "authority", serverName: "api.example", insecureSkipVerify: false },
        credential: { type: "token", token: "our own" },
        proxyUrl: "http://me:hunter2@proxy.example:3128/",
      }),
    } as unknown as OperationContext;
    const text = await serviceAccountKubeconfig(operation, "ci");
    expect(text).not.toMatch(/hunter2|our own|me@/);
    const { clusters } = parseYaml(text) as { clusters: { cluster: object }[] };
    expect(clusters[0]?.cluster).toEqual({
      server: "https://10.0.0.1",
      "certificate-authority-data": Buffer.from("authority").toString("base64"),
      "tls-server-name": "api.example",
      "proxy-url": "http://proxy.example:3128",
      "disable-compression": true,
    });
    // The name is that of the certificate of the server that we talk to.
    const elsewhere = await serviceAccountKubeconfig(operation, "ci", { server: "https://lb.example" });
    expect(elsewhere).toContain("server: https://lb.example");
    expect(elsewhere).not.toContain("tls-server-name");
  });

  test("is the only thing that has one, and wrong wishes are refused", async () => {
    // @ts-expect-error the compiler says so too
    await expect(k8s.pods.token("x")).rejects.toThrow('Cannot create a token of pods "x"');
    await expect(k8s.serviceaccounts.token("default", { durationSeconds: 0.5 })).rejects.toThrow(
      "durationSeconds is 0.5",
    );
    await expect(
      k8s.serviceaccounts.token("default", { boundTo: { kind: "Job", name: "x" } as never }),
    ).rejects.toThrow("boundTo names no object");
  });

  test("logs in by the kubeconfig that is made for it", async () => {
    const text = await k8s.access.kubeconfig("ci", { namespace: "web", durationSeconds: 900, context: "ci" });
    expect(text).toMatch(/^# The token of service account web\/ci ends at \d{4}-.*Z\.\n/);
    expect(text).not.toContain("client-key-data");
    const session = await openCluster({ kubeconfig: text, env: {} });
    expect([session.context, session.namespace]).toEqual(["ci", "web"]);
    expect(await session.whoami()).toMatchObject({ username: "system:serviceaccount:web:ci" });
    await session.close();
    await expect(k8s.dryRun().access.kubeconfig("ci")).rejects.toThrow("there is no dry run for it");
  });

  test("is written into a kubeconfig for its owner alone, beside what that holds", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "kubescript-access-"));
    const file = path.join(folder, "config");
    const options = { namespace: "web", context: "ci", file };
    try {
      const first = await k8s.access.kubeconfig("ci", options);
      expect(first).toEqual({ file, context: "ci", expirationTimestamp: expect.stringMatching(/^\d{4}-.*Z$/) });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await writeFile(file, mergedWithOwn(await readFile(file, "utf8")));
      const [before] = await tokensOf(file);
      await k8s.access.kubeconfig("ci", { ...options, durationSeconds: 900 });
      const session = await openCluster({ flags: { kubeconfig: file }, env: {} });
      expect([session.context, session.contexts]).toEqual(["own", ["ci", "own"]]);
      expect(await session.use("ci").whoami()).toMatchObject({ username: "system:serviceaccount:web:ci" });
      await session.close();
      const after = await tokensOf(file);
      expect(after).toEqual([expect.any(String), "mine"]);
      expect(after[0]).not.toBe(before);
      const asked = k8s.access.kubeconfig("ci", { ...options, context: "own" });
      await expect(asked).rejects.toThrow(`Cannot write context "own" to ${file}: it is that of user "me"`);
      expect(await tokensOf(file)).toEqual(after);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("is written beside those of others that are written at the same time", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "kubescript-access-"));
    const file = path.join(folder, "config");
    try {
      await writeFile(file, "apiVersion: v1\nkind: Config\n", { mode: 0o644 });
      const names = ["a", "b", "c", "d"];
      await Promise.all(names.map((context) => k8s.access.kubeconfig("ci", { namespace: "web", context, file })));
      expect(await tokensOf(file)).toHaveLength(names.length);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  /** The same with a context of somebody else's, which is the current one, on another cluster of the same name. */
  function mergedWithOwn(text: string): string {
    const { clusters, users, contexts, ...others } = parseYaml(text) as Record<string, { name: string }[]>;
    const [cluster] = clusters ?? [];
    return formatYaml({
      ...others,
      clusters: [{ name: cluster?.name, cluster: { server: "https://other.example.com" } }],
      users: [...(users ?? []), { name: "me", user: { token: "mine" } }],
      contexts: [...(contexts ?? []), { name: "own", context: { cluster: cluster?.name, user: "me" } }],
      "current-context": "own",
    });
  }

  async function tokensOf(file: string): Promise<string[]> {
    const { users } = parseYaml(await readFile(file, "utf8")) as { users: { user: { token: string } }[] };
    return users.map(({ user }) => user.token);
  }
});

describe("a request for a certificate", () => {
  const request = async (name: string): Promise<CertificateSigningRequest> => ({
    metadata: { name },
    spec: {
      signerName: "example.com/none",
      usages: ["client auth"],
      request: Buffer.from(await requestOf("EC P-256")).toString("base64"),
    },
  });

  test("is approved once, and then neither approved again nor denied", async () => {
    await k8s.csr.create(await request("jane"));
    const approved = await k8s.certificatesigningrequests.approve("jane", { message: "seen" });
    expect(approved.status?.conditions).toEqual([
      expect.objectContaining({ type: "Approved", status: "True", reason: "KubescriptApprove", message: "seen" }),
    ]);
    const again = await k8s.csr.approve("jane");
    expect(again.metadata?.resourceVersion).toBe(approved.metadata?.resourceVersion);
    expect((await k8s.csr.approve("jane", { force: true })).status).toEqual(approved.status);
    // Only force writes what is there already, which a reader may not.
    await k8s.clusterroles.create(
      k8s.make.clusterRole("csr", { verbs: "get", resources: "certificatesigningrequests.certificates.k8s.io" }),
    );
    await k8s.everywhere.access.grant({ user: "auditor", clusterRole: "csr" });
    const { csr } = k8s.as("auditor");
    expect((await csr.approve("jane")).status).toEqual(approved.status);
    await expect(csr.approve("jane", { force: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(k8s.csr.deny("jane")).rejects.toThrow(
      'Cannot deny certificatesigningrequests "jane": it is Approved already',
    );
  });

  test("is denied with a reason, on a dry run only tried", async () => {
    await k8s.csr.create(await request("mallory"));
    await k8s.dryRun().csr.deny("mallory");
    expect((await k8s.csr.get("mallory")).status?.conditions ?? []).toEqual([]);
    const { status } = await k8s.csr.deny("mallory", { reason: "Unknown" });
    expect(status?.conditions).toEqual([expect.objectContaining({ type: "Denied", reason: "Unknown" })]);
    // @ts-expect-error the compiler says so too
    await expect(k8s.pods.approve("x")).rejects.toThrow('Cannot approve pods "x"');
  });
});
