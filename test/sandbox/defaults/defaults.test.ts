import { describe, expect, it } from "vitest";
import { applyDefaults } from "../../../src/sandbox/defaults/apply.ts";
import { qosClass } from "../../../src/sandbox/defaults/pod-resources.ts";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { groupVersion } from "../../../src/sandbox/model/definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { decodeBody } from "../../../src/sandbox/schema/decode.ts";

const definitions = builtInDefinitions();

/** What a body of a kind is after decoding and defaults. */
function defaulted(kind: string, body: Record<string, unknown>): ApiObject & { spec: Record<string, unknown> } {
  const definition = definitions.find(
    (one) => one.kind === kind && (body.apiVersion === undefined || groupVersion(one) === body.apiVersion),
  );
  if (definition === undefined) throw new Error(`no ${kind}`);
  const { object } = decodeBody(Buffer.from(JSON.stringify(body)), "application/json", definition);
  applyDefaults(definition, object);
  const once = structuredClone(object);
  applyDefaults(definition, object);
  expect(object).toEqual(once);
  return object as ApiObject & { spec: Record<string, unknown> };
}

const template = { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "m", image: "busybox:1" }] } };

describe("defaults of pods", () => {
  it("an image without a tag, or with latest, is always pulled", () => {
    const containers = ["a", "a:latest", "r:5000/a", "a:1", "r:5000/a:1", "a@sha256:00"].map((image, index) => ({
      name: `c${index}`,
      image,
    }));
    const { spec } = defaulted("Pod", { spec: { containers } });
    expect((spec.containers as ApiObject[]).map((one) => one.imagePullPolicy)).toEqual([
      "Always",
      "Always",
      "Always",
      "IfNotPresent",
      "IfNotPresent",
      "IfNotPresent",
    ]);
  });

  it("probes, ports and field references are completed", () => {
    const container = {
      name: "m",
      image: "a:1",
      ports: [{ containerPort: 80 }],
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { grpc: { port: 1 } },
    };
    expect(defaulted("Pod", { spec: { hostNetwork: true, containers: [container] } }).spec).toMatchObject({
      containers: [
        {
          ports: [{ containerPort: 80, hostPort: 80, protocol: "TCP" }],
          env: [{ valueFrom: { fieldRef: { apiVersion: "v1" } } }],
          livenessProbe: {
            httpGet: { path: "/", scheme: "HTTP" },
            periodSeconds: 10,
            timeoutSeconds: 1,
            failureThreshold: 3,
          },
          readinessProbe: { grpc: { port: 1, service: "" }, successThreshold: 1 },
        },
      ],
    });
  });

  it("volumes are completed, and one without a source is an emptyDir", () => {
    const volumes = [
      { name: "a" },
      { name: "b", configMap: { name: "c" } },
      { name: "c", hostPath: { path: "/x" } },
      { name: "d", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } },
    ];
    expect(defaulted("Pod", { spec: { volumes, containers: [] } }).spec.volumes).toEqual([
      { name: "a", emptyDir: {} },
      { name: "b", configMap: { name: "c", defaultMode: 420 } },
      { name: "c", hostPath: { path: "/x", type: "" } },
      {
        name: "d",
        projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 3600 } }] },
      },
    ]);
  });

  it("requests follow limits in a pod, not in a template", () => {
    const containers = [{ name: "m", resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m" } } }];
    expect(defaulted("Pod", { spec: { containers } }).spec.containers).toMatchObject([
      { resources: { requests: { cpu: "500m", memory: "1Gi" } } },
    ]);
    const { spec } = defaulted("Deployment", { spec: { template: { spec: { containers } } } });
    expect(spec.template).toMatchObject({ spec: { containers: [{ resources: { requests: { cpu: "500m" } } }] } });
    expect(JSON.stringify(spec.template)).not.toContain('"requests":{"cpu":"500m","memory"');
  });

  it.each([
    [{}, "BestEffort"],
    [{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
    [{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Mi" } }, "Burstable"],
    [{ limits: { cpu: "1" }, requests: { cpu: "1" } }, "Burstable"],
    [{ requests: { "example.com/gpu": "1" } }, "BestEffort"],
  ])("a container with %j makes a pod %s", (resources, expected) => {
    expect(qosClass({ containers: [{ name: "m", resources }] })).toBe(expected);
  });
});

describe("defaults of other kinds", () => {
  it.each([
    [
      "StatefulSet",
      { spec: { template } },
      { replicas: 1, podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 },
    ],
    [
      "DaemonSet",
      { spec: { template } },
      { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
    ],
    ["Deployment", { spec: { template, strategy: { type: "Recreate" } } }, { strategy: { type: "Recreate" } }],
    [
      "Job",
      { spec: { template, backoffLimitPerIndex: 1 } },
      { completions: 1, parallelism: 1, backoffLimit: 2147483647 },
    ],
    ["Job", { spec: { template, parallelism: 2 } }, { parallelism: 2 }],
    [
      "CronJob",
      { spec: { schedule: "@daily" } },
      { concurrencyPolicy: "Allow", suspend: false, failedJobsHistoryLimit: 1 },
    ],
    [
      "NetworkPolicy",
      { spec: { egress: [{ ports: [{ port: 1 }] }] } },
      { policyTypes: ["Ingress", "Egress"], egress: [{ ports: [{ protocol: "TCP" }] }] },
    ],
    [
      "Service",
      { spec: { type: "NodePort", ports: [{ port: 80 }] } },
      { externalTrafficPolicy: "Cluster", ports: [{ targetPort: 80, protocol: "TCP" }] },
    ],
    [
      "Service",
      { spec: { sessionAffinity: "ClientIP" } },
      { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } },
    ],
    ["PersistentVolumeClaim", { spec: {} }, { volumeMode: "Filesystem" }],
  ])("%s %j", (kind, body, spec) => {
    expect(defaulted(kind, body).spec).toMatchObject(spec);
  });

  it("an autoscaler aims at 80% of the cpu, in v2", () => {
    const { spec } = defaulted("HorizontalPodAutoscaler", {
      apiVersion: "autoscaling/v2",
      spec: { behavior: { scaleUp: {} } },
    });
    expect(spec).toMatchObject({
      minReplicas: 1,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
      behavior: {
        scaleUp: { selectPolicy: "Max" },
        scaleDown: { policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
      },
    });
  });

  it("stringData becomes data", () => {
    expect(defaulted("Secret", { data: { a: "AA==" }, stringData: { a: "x", b: "y" } })).toMatchObject({
      type: "Opaque",
      data: { a: "eA==", b: "eQ==" },
    });
  });

  it("a limit range derives what a container gets", () => {
    const limits = [{ type: "Container", max: { cpu: "2" }, min: { memory: "1Mi" }, default: { memory: "1Gi" } }];
    expect(defaulted("LimitRange", { spec: { limits } }).spec.limits).toMatchObject([
      { default: { cpu: "2", memory: "1Gi" }, defaultRequest: { cpu: "2", memory: "1Gi" } },
    ]);
  });

  it("webhooks, bindings and storage classes are completed", () => {
    expect(
      defaulted("MutatingWebhookConfiguration", { webhooks: [{ name: "a.b.c", rules: [{}] }] }).webhooks,
    ).toMatchObject([
      {
        failurePolicy: "Fail",
        matchPolicy: "Equivalent",
        timeoutSeconds: 10,
        reinvocationPolicy: "Never",
        rules: [{ scope: "*" }],
      },
    ]);
    expect(
      defaulted("RoleBinding", { roleRef: { kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "u" }] }),
    ).toMatchObject({
      roleRef: { apiGroup: "rbac.authorization.k8s.io" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io" }],
    });
    expect(defaulted("StorageClass", { provisioner: "p" })).toMatchObject({
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    });
  });
});
