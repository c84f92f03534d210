import { describe, expect, test } from "vitest";
import { admissionPlugins } from "../../../src/sandbox/admission/plugins.ts";
import { aggregateClusterRoles } from "../../../src/sandbox/auth/rbac/aggregation.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import type { Registry } from "../../../src/sandbox/storage/registry.ts";
import { create, refusal, testServer } from "../auth/server.ts";

/** A server with every plugin on, and the default service account in `default`. */
function server(): Registry {
  const { registry } = testServer({ admission: admissionPlugins(() => 0) });
  create(registry, "serviceaccounts", { metadata: { name: "default", namespace: "default" } });
  return registry;
}

interface PodSpec {
  serviceAccountName?: string;
  volumes?: { name: string }[];
  containers: { name: string; volumeMounts?: object[] }[];
  tolerations?: { key?: string }[];
  [field: string]: unknown;
}

function createPod(registry: Registry, spec: object = {}, metadata: object = {}): PodSpec {
  const pod = create(registry, "pods", {
    metadata: { name: "p", namespace: "default", ...metadata },
    spec: { containers: [{ name: "main", image: "busybox:1" }], ...spec },
  });
  return pod.spec as PodSpec;
}

describe("NamespaceLifecycle", () => {
  test("keeps objects out of namespaces that are not there", () => {
    const late = { metadata: { name: "c", namespace: "nowhere" } };
    expect(refusal(() => create(server(), "configmaps", late))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
      details: { name: "nowhere", kind: "namespaces" },
    });
  });

  test("keeps new objects out of a namespace that is going away, but lets the old ones change and go", () => {
    const registry = server();
    create(registry, "namespaces", { metadata: { name: "going" } });
    const old = create(registry, "configmaps", { metadata: { name: "old", namespace: "going" } });
    const mark = (namespace: ApiObject): ApiObject => ({ ...namespace, status: { phase: "Terminating" } });
    registry.modify("namespaces", "", "going", mark, { manager: "test", subresource: "status" });
    expect(
      refusal(() => create(registry, "configmaps", { metadata: { name: "late", namespace: "going" } })),
    ).toMatchObject({
      code: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace going because it is being terminated',
      details: {
        name: "late",
        kind: "configmaps",
        causes: [
          {
            reason: "NamespaceTerminating",
            message: "namespace going is being terminated",
            field: "metadata.namespace",
          },
        ],
      },
    });
    registry.update("configmaps", { ...old, data: { a: "b" } }, { manager: "test" });
    expect(registry.delete("configmaps", "going", "old")).toMatchObject({ data: { a: "b" } });
  });

  test("protects the system's namespaces from deletion", () => {
    for (const name of ["default", "kube-system"]) {
      expect(refusal(() => server().delete("namespaces", "", name)).message).toBe(
        `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      );
    }
  });
});

describe("ServiceAccount", () => {
  test("gives a pod the default account and the volume with its token, as the API does", () => {
    const spec = createPod(server());
    expect(spec).toMatchObject({ serviceAccountName: "default", serviceAccount: "default" });
    expect(spec.volumes).toEqual([
      {
        name: "kube-api-access-bbbbb",
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              downwardAPI: {
                items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
              },
            },
          ],
          defaultMode: 420,
        },
      },
    ]);
    expect(spec.containers[0]?.volumeMounts).toEqual([
      { name: "kube-api-access-bbbbb", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ]);
  });

  test("leaves a container alone that mounts its own token, and a pod that wants none", () => {
    const own = { name: "t", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" };
    const mounting = createPod(server(), { containers: [{ name: "main", volumeMounts: [own] }] });
    expect(mounting.containers[0]?.volumeMounts).toEqual([own]);
    expect(mounting.volumes).toBeUndefined();
    expect(createPod(server(), { automountServiceAccountToken: false }).volumes).toBeUndefined();
  });

  test("mounts into init containers too, and copies the account's pull secrets", () => {
    const registry = server();
    const robot = { metadata: { name: "robot", namespace: "default" }, imagePullSecrets: [{ name: "registry" }] };
    create(registry, "serviceaccounts", robot);
    const spec = createPod(registry, { serviceAccountName: "robot", initContainers: [{ name: "first" }] });
    expect(spec.imagePullSecrets).toEqual([{ name: "registry" }]);
    expect((spec.initContainers as { volumeMounts: object[] }[])[0]?.volumeMounts).toHaveLength(1);
  });

  test("an account may turn the token off, and a pod turn it on again", () => {
    const registry = server();
    const shy = { metadata: { name: "shy", namespace: "default" }, automountServiceAccountToken: false };
    create(registry, "serviceaccounts", shy);
    expect(createPod(registry, { serviceAccountName: "shy" }).volumes).toBeUndefined();
    const asking = { serviceAccountName: "shy", automountServiceAccountToken: true };
    expect(createPod(registry, asking, { name: "q" }).volumes).toHaveLength(1);
  });

  test("refuses a pod whose account is not there", () => {
    expect(refusal(() => createPod(server(), { serviceAccountName: "nobody" })).message).toBe(
      'pods "p" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
    );
  });
});

describe("Priority", () => {
  const priorityClass = (name: string, fields: object): object => ({ metadata: { name }, ...fields });
  const CLASSES = "priorityclasses.scheduling.k8s.io";

  test("is 0 without any class, and the default class's when there is one", () => {
    const registry = server();
    expect(createPod(registry)).toMatchObject({ priority: 0, preemptionPolicy: "PreemptLowerPriority" });
    create(registry, CLASSES, priorityClass("normal", { value: 10, globalDefault: true }));
    expect(createPod(registry, {}, { name: "q" })).toMatchObject({ priorityClassName: "normal", priority: 10 });
  });

  test("is the named class's, with its preemption policy", () => {
    const registry = server();
    create(registry, CLASSES, priorityClass("high", { value: 1000, preemptionPolicy: "Never" }));
    expect(createPod(registry, { priorityClassName: "high" })).toMatchObject({
      priority: 1000,
      preemptionPolicy: "Never",
    });
    expect(refusal(() => createPod(registry, { priorityClassName: "low" }, { name: "q" })).message).toBe(
      'pods "q" is forbidden: no PriorityClass with name low was found',
    );
    expect(refusal(() => createPod(registry, { priority: 7 }, { name: "q" })).message).toContain(
      "the integer value of priority (7) must not be provided in pod spec",
    );
  });

  test("has one default class", () => {
    const registry = server();
    create(registry, CLASSES, priorityClass("one", { value: 1, globalDefault: true }));
    const second = priorityClass("two", { value: 2, globalDefault: true });
    expect(refusal(() => create(registry, CLASSES, second)).message).toBe(
      'priorityclasses.scheduling.k8s.io "two" is forbidden: PriorityClass one is already marked as default. Only one default can exist',
    );
  });
});

describe("DefaultTolerationSeconds", () => {
  test("adds what the pod does not tolerate itself", () => {
    const spec = createPod(server(), { tolerations: [{ key: "node.kubernetes.io/unreachable", operator: "Exists" }] });
    expect(spec.tolerations).toEqual([
      { key: "node.kubernetes.io/unreachable", operator: "Exists" },
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    ]);
    expect(createPod(server(), { tolerations: [{ operator: "Exists" }] }).tolerations).toHaveLength(1);
  });
});

describe("DefaultStorageClass", () => {
  const claim = (name: string, spec: object): object => ({ metadata: { name, namespace: "default" }, spec });
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };

  test("is given to claims that name none", () => {
    const registry = server();
    create(registry, "storageclasses.storage.k8s.io", { metadata: { name: "fast", annotations } });
    const claims = "persistentvolumeclaims";
    expect(create(registry, claims, claim("a", {})).spec).toEqual({ storageClassName: "fast" });
    expect(create(registry, claims, claim("b", { storageClassName: "" })).spec).toEqual({ storageClassName: "" });
    expect(create(registry, claims, claim("c", { storageClassName: "slow" })).spec).toEqual({
      storageClassName: "slow",
    });
  });
});

describe("RBACEscalation", () => {
  const jane: UserInfo = { username: "jane", groups: ["devs", "system:authenticated"] };
  const ref = (kind: string, name: string): object => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
  const podRule = { apiGroups: [""], resources: ["pods"], verbs: ["list"] };
  const role = (name: string, ...rules: object[]): object => ({ metadata: { name, namespace: "default" }, rules });
  const binding = (name: string, roleRef: object): object => ({
    metadata: { name, namespace: "default" },
    roleRef,
    subjects: [{ kind: "User", name: "jane" }],
  });
  const ROLES = "roles.rbac.authorization.k8s.io";
  const ROLE_BINDINGS = "rolebindings.rbac.authorization.k8s.io";

  function withGrant(...rules: object[]): Registry {
    const registry = server();
    aggregateClusterRoles(registry);
    create(registry, ROLES, role("held", ...rules));
    create(registry, ROLE_BINDINGS, binding("held", ref("Role", "held")));
    return registry;
  }

  test("lets a user grant what they hold, and names what they do not", () => {
    const registry = withGrant(podRule);
    expect(create(registry, ROLES, role("same", podRule), jane).rules).toEqual([podRule]);
    const more = { ...podRule, resources: ["secrets", "pods"], verbs: ["list", "get"] };
    expect(refusal(() => create(registry, ROLES, role("more", more), jane)).message).toBe(
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["list" "get"]}',
    );
  });

  test("holds bindings to the rules of their role", () => {
    const registry = withGrant(podRule);
    expect(
      refusal(() => create(registry, ROLE_BINDINGS, binding("b", ref("ClusterRole", "view")), jane)).message,
    ).toMatch(/^rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "jane"/);
    expect(refusal(() => create(registry, ROLE_BINDINGS, binding("b", ref("Role", "none")), jane)).code).toBe(404);
    create(registry, ROLE_BINDINGS, binding("b", ref("Role", "held")), jane);
  });

  test("yields to the verbs escalate and bind", () => {
    const verbs = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "clusterroles"] };
    const registry = withGrant(
      { ...verbs, verbs: ["escalate"] },
      { ...verbs, verbs: ["bind"], resourceNames: ["view"] },
    );
    create(registry, ROLES, role("more", podRule), jane);
    create(registry, ROLE_BINDINGS, binding("b", ref("ClusterRole", "view")), jane);
    expect(refusal(() => create(registry, ROLE_BINDINGS, binding("c", ref("ClusterRole", "edit")), jane)).code).toBe(
      403,
    );
  });

  test("does not ask again for a change that grants nothing new", () => {
    const registry = withGrant(podRule);
    create(registry, ROLES, role("big", { ...podRule, verbs: ["*"] }));
    const label = (one: ApiObject): ApiObject => ({ ...one, metadata: { ...one.metadata, labels: { a: "b" } } });
    const options = { manager: "test", user: jane };
    expect(registry.modify(ROLES, "default", "big", label, options)?.metadata.labels).toEqual({ a: "b" });
    const grow = (one: ApiObject): ApiObject => ({ ...one, rules: [{ ...podRule, resources: ["*"], verbs: ["*"] }] });
    expect(refusal(() => registry.modify(ROLES, "default", "big", grow, options)).code).toBe(403);
  });

  test("an aggregating role takes everything", () => {
    const registry = withGrant(podRule);
    const everything = {
      metadata: { name: "all" },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
    };
    expect(refusal(() => create(registry, "clusterroles.rbac.authorization.k8s.io", everything, jane)).message).toBe(
      'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use an aggregationRule',
    );
  });
});
