import { afterEach, describe, expect, test } from "vitest";
import { StatusError } from "../../../src/sandbox/model/status-error.ts";
import { type Cluster, startCluster } from "../controllers/harness.ts";

let cluster: Cluster;
afterEach(() => cluster.stop());

function container(name: string, resources: object = {}): object {
  return { name, image: "busybox:1", command: ["sleep", "3600"], resources };
}

function pod(name: string, containers: object[], spec: object = {}): object {
  return { metadata: { name }, spec: { terminationGracePeriodSeconds: 0, containers, ...spec } };
}

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StatusError) return `${error.status.code} ${error.status.message}`;
    throw error;
  }
  throw new Error("it was let through");
}

function limitRange(...limits: object[]): void {
  cluster.create("limitranges", { metadata: { name: "bounds" }, spec: { limits } });
}

function quota(hard: object, spec: object = {}): void {
  cluster.create("resourcequotas", { metadata: { name: "small" }, spec: { hard, ...spec } });
}

describe("LimitRanger", () => {
  test("gives containers what they leave out, and says so on the pod", () => {
    cluster = startCluster();
    limitRange({ type: "Container", default: { cpu: "1", memory: "64Mi" }, defaultRequest: { cpu: "100m" } });
    const made = cluster.create(
      "pods",
      pod("p", [container("a"), container("b", { requests: { cpu: "1" }, limits: { memory: "1Gi" } })], {
        initContainers: [container("i", { requests: { cpu: "1" }, limits: { cpu: "2" } })],
      }),
    );
    expect((made.spec as { containers: object[] }).containers).toMatchObject([
      { resources: { limits: { cpu: "1", memory: "64Mi" }, requests: { cpu: "100m", memory: "64Mi" } } },
      { resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } } },
    ]);
    expect(made.metadata.annotations?.["kubernetes.io/limit-ranger"]).toBe(
      "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; " +
        "cpu limit for container b; memory request for init container i; memory limit for init container i",
    );
  });

  test.each([
    [
      { type: "Container", max: { cpu: "1" } },
      { limits: { cpu: "2" } },
      "maximum cpu usage per Container is 1, but limit is 2",
    ],
    [
      { type: "Container", min: { cpu: "1" }, default: {}, defaultRequest: {} },
      { requests: { cpu: "1m" } },
      "minimum cpu usage per Container is 1, but request is 1m",
    ],
    [{ type: "Pod", max: { memory: "1Gi" } }, {}, "maximum memory usage per Pod is 1Gi.  No limit is specified"],
    [{ type: "Pod", min: { memory: "1Gi" } }, {}, "minimum memory usage per Pod is 1Gi.  No request is specified"],
    [
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      { requests: { cpu: "1" }, limits: { cpu: "3" } },
      "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
    ],
  ])("of %j refuses %j", (limit, resources, why) => {
    cluster = startCluster();
    limitRange(limit);
    expect(refusal(() => cluster.create("pods", pod("p", [container("a", resources)])))).toBe(
      `403 pods "p" is forbidden: ${why}`,
    );
  });

  test("bounds what claims ask for", () => {
    cluster = startCluster();
    limitRange({ type: "PersistentVolumeClaim", max: { storage: "1Gi" }, min: { storage: "1Mi" } });
    const claim = (storage: string): object => ({
      metadata: { name: "c" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    });
    expect(refusal(() => cluster.create("persistentvolumeclaims", claim("2Gi")))).toBe(
      '403 persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    );
    expect(cluster.create("persistentvolumeclaims", claim("1Gi")).metadata.name).toBe("c");
  });
});

describe("ResourceQuota", () => {
  test("stops at its limit, tells what is used, and lets in again what has gone", () => {
    cluster = startCluster([]);
    quota({ pods: "2", "requests.cpu": "1", "count/configmaps": "5" });
    const asking = (name: string, cpu: string): object => pod(name, [container("a", { requests: { cpu } })]);
    cluster.create("pods", asking("one", "600m"));
    expect(refusal(() => cluster.create("pods", asking("two", "500m")))).toBe(
      '403 pods "two" is forbidden: exceeded quota: small, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    cluster.create("pods", asking("two", "400m"));
    expect(refusal(() => cluster.create("pods", asking("three", "100m")))).toBe(
      '403 pods "three" is forbidden: exceeded quota: small, requested: pods=1,requests.cpu=100m, used: pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1',
    );
    const status = (): unknown => cluster.get("resourcequotas", "small").status;
    cluster.clock.advance(100);
    expect(status()).toEqual({
      hard: { "count/configmaps": "5", pods: "2", "requests.cpu": "1" },
      used: { "count/configmaps": "1", pods: "2", "requests.cpu": "1" },
    });
    cluster.registry.delete("pods", "default", "one", { gracePeriodSeconds: 0 });
    cluster.clock.advance(100);
    expect(status()).toMatchObject({ used: { pods: "1", "requests.cpu": "400m" } });
    expect(cluster.create("pods", asking("three", "600m")).metadata.name).toBe("three");
  });

  test("asks for what it counts to be said", () => {
    cluster = startCluster([]);
    quota({ "limits.memory": "1Gi", cpu: "4" });
    expect(refusal(() => cluster.create("pods", pod("p", [container("b"), container("a")])))).toBe(
      '403 pods "p" is forbidden: failed quota: small: must specify cpu for: a,b; limits.memory for: a,b',
    );
  });

  test("with a scope is about such pods only", () => {
    cluster = startCluster([]);
    quota({ pods: "0" }, { scopes: ["BestEffort"] });
    expect(refusal(() => cluster.create("pods", pod("p", [container("a")])))).toContain("exceeded quota: small");
    expect(cluster.create("pods", pod("q", [container("a", { requests: { cpu: "1" } })])).metadata.name).toBe("q");
  });

  test("counts services by their kind, also when one changes, and objects of any group", () => {
    cluster = startCluster([]);
    quota({ "services.nodeports": "1", "count/deployments.apps": "0" });
    const service = (name: string, type: string): object => ({
      metadata: { name },
      spec: { type, selector: { app: "a" }, ports: [{ port: 80 }] },
    });
    cluster.create("services", service("a", "NodePort"));
    cluster.create("services", service("b", "ClusterIP"));
    const change = (): unknown =>
      cluster.registry.modify(
        "services",
        "default",
        "b",
        (live) => ({ ...live, spec: { ...(live.spec as object), type: "NodePort" } }),
        { manager: "test" },
      );
    expect(refusal(change)).toContain("requested: services.nodeports=1, used: services.nodeports=1");
    const labels = { app: "a" };
    const deployment = {
      metadata: { name: "d" },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container("a")] } },
      },
    };
    expect(refusal(() => cluster.create("deployments.apps", deployment))).toContain("count/deployments.apps=1");
  });
});

describe("StorageObjectInUseProtection", () => {
  test("keeps a claim until its pod is gone, and its volume with it", () => {
    cluster = startCluster();
    cluster.create("storageclasses.storage.k8s.io", {
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "sandbox.kubescript.dev/provisioner",
    });
    cluster.create("persistentvolumeclaims", {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    cluster.create(
      "pods",
      pod("p", [container("a")], { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] }),
    );
    const phase = (resource: string, name: string): unknown =>
      (cluster.get(resource, name).status as { phase?: string } | undefined)?.phase;
    cluster.until(() => phase("pods", "p") === "Running" && phase("persistentvolumeclaims", "data") === "Bound");
    cluster.registry.delete("persistentvolumeclaims", "default", "data");
    cluster.clock.advance(1000);
    expect(cluster.get("persistentvolumeclaims", "data").metadata).toMatchObject({
      finalizers: ["kubernetes.io/pvc-protection"],
      deletionTimestamp: expect.any(String),
    });
    cluster.registry.delete("pods", "default", "p", { gracePeriodSeconds: 0 });
    cluster.until(() => cluster.registry.list("persistentvolumes").length === 0);
    expect(cluster.registry.list("persistentvolumeclaims")).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });
});
