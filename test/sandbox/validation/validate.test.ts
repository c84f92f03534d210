import { describe, expect, it } from "vitest";
import { applyDefaults } from "../../../src/sandbox/defaults/apply.ts";
import { prepareForCreate } from "../../../src/sandbox/defaults/strategies.ts";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import { fieldErrorMessage } from "../../../src/sandbox/model/field-error.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { decodeBody } from "../../../src/sandbox/schema/decode.ts";
import { scheduleError } from "../../../src/sandbox/validation/cron-schedule.ts";
import { isAddress, isNetwork, qualifiedName } from "../../../src/sandbox/validation/names.ts";
import { validateCreate, validateUpdate } from "../../../src/sandbox/validation/validate.ts";

const definitions = builtInDefinitions();

function definition(kind: string): ResourceDefinition {
  const found = definitions.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

function made(kind: string, fields: Record<string, unknown>): ApiObject {
  const one = definition(kind);
  const namespace = one.namespaced ? { namespace: "n" } : {};
  const metadata = { name: "x", ...namespace, ...(fields.metadata as object) };
  const { object } = decodeBody(Buffer.from(JSON.stringify({ ...fields, metadata })), undefined, one);
  object.metadata.uid = "u";
  applyDefaults(one, object);
  prepareForCreate(one, object);
  return object;
}

function faults(kind: string, fields: Record<string, unknown>): string[] {
  return validateCreate(definition(kind), made(kind, fields)).map(fieldErrorMessage);
}

function changes(kind: string, before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const [old, updated] = [made(kind, before), made(kind, after)];
  old.metadata.resourceVersion = updated.metadata.resourceVersion = "1";
  return validateUpdate(definition(kind), old, updated).map(fieldErrorMessage);
}

const container = { name: "m", image: "busybox:1" };
const pod = (spec: Record<string, unknown>) => ({ spec: { containers: [container], ...spec } });
const template = { metadata: { labels: { app: "x" } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: "x" } };

describe("metadata", () => {
  it.each([
    ["Service", "a_b", /^metadata\.name: Invalid value: "a_b": a lowercase RFC 1123 label must consist of/],
    ["Namespace", "a.b", /^metadata\.name: Invalid value: "a\.b": must not contain dots$/],
    ["ConfigMap", "A", /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of/],
    ["Role", "a/b", /^metadata\.name: Invalid value: "a\/b": may not contain '\/'$/],
    ["CronJob", "c".repeat(53), /^metadata\.name: Invalid value: "c+": must be no more than 52 characters$/],
  ])("a %s cannot be named %s", (kind, name, message) => {
    const fields = { metadata: { name }, spec: { schedule: "@daily", ports: [{ port: 1 }] } };
    expect(faults(kind, kind === "Service" || kind === "CronJob" ? fields : { metadata: { name } }).at(-1)).toMatch(
      message,
    );
  });

  it("a role's name needs only to fit in a path", () => {
    expect(faults("Role", { metadata: { name: "system:a B" } })).toEqual([]);
  });

  it("a service's name may begin with a digit, as since 1.36", () => {
    expect(faults("Service", { metadata: { name: "1a" }, spec: { ports: [{ port: 1 }] } })).toEqual([]);
  });

  it("labels, finalizers and owners must be well formed", () => {
    const metadata = {
      labels: { "a b": "-" },
      finalizers: ["plain"],
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }],
    };
    expect(faults("ConfigMap", { metadata }).map((text) => text.split(":", 1)[0])).toEqual([
      "metadata.finalizers[0]",
      "metadata.labels",
      "metadata.labels",
      "metadata.ownerReferences.uid",
    ]);
  });

  it("cannot be changed where it identifies the object", () => {
    expect(changes("ConfigMap", {}, { metadata: { name: "y" } })).toEqual([
      'metadata.name: Invalid value: "y": field is immutable',
    ]);
  });

  it("a qualified name has at most one slash", () => {
    expect(qualifiedName("example.com/My_Name.1")).toEqual([]);
    expect(qualifiedName("/a")).toEqual(["prefix part must be non-empty"]);
    expect(qualifiedName("a/b/c")[0]).toMatch(
      /^a valid label key must consist of .* with an optional DNS subdomain prefix/,
    );
  });
});

describe("pods", () => {
  it("a usual one passes", () => {
    const full = {
      ...container,
      ports: [{ name: "http", containerPort: 80 }],
      env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }],
      volumeMounts: [{ name: "v", mountPath: "/v" }],
      resources: { requests: { cpu: "100m" }, limits: { cpu: "1", "example.com/gpu": "1" } },
      livenessProbe: { tcpSocket: { port: "http" } },
    };
    const tolerations = [{ key: "a", operator: "Exists" }];
    expect(faults("Pod", pod({ containers: [full], volumes: [{ name: "v" }], tolerations }))).toEqual([]);
  });

  it.each([
    [{ containers: [] }, ["spec.containers: Required value"]],
    [{ containers: [{ name: "m" }] }, ["spec.containers[0].image: Required value"]],
    [{ containers: [container, container] }, ['spec.containers[1].name: Duplicate value: "m"']],
    [
      { restartPolicy: "Sometimes" },
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      { containers: [{ ...container, imagePullPolicy: "x" }] },
      [
        'spec.containers[0].imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      { containers: [{ ...container, volumeMounts: [{ name: "v", mountPath: "/v" }] }] },
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      { containers: [{ ...container, resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }] },
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      { containers: [{ ...container, ports: [{ containerPort: 70000 }] }] },
      ["spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"],
    ],
    [
      { containers: [{ ...container, livenessProbe: { exec: { command: ["x"] }, successThreshold: 2 } }] },
      ["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"],
    ],
    [
      { containers: [{ ...container, readinessProbe: {} }] },
      ["spec.containers[0].readinessProbe: Required value: must specify a handler type"],
    ],
    [
      { containers: [{ ...container, env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.x" } } }] }] },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.x": error converting fieldPath: field label not supported: spec.x',
      ],
    ],
    [{ volumes: [{ name: "v", secret: {} }] }, ["spec.volumes[0].secret.secretName: Required value"]],
    [
      { volumes: [{ name: "v", emptyDir: {}, hostPath: { path: "/" } }] },
      ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
    ],
    [
      { tolerations: [{ operator: "Equal", value: "v" }] },
      [
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    [{ os: { name: "plan9" } }, ['spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"']],
  ])("%j", (spec, messages) => {
    expect(faults("Pod", pod(spec))).toEqual(messages);
  });

  it("may change their image, and little else", () => {
    const after = pod({ containers: [{ ...container, image: "busybox:2" }], tolerations: [{ operator: "Exists" }] });
    expect(changes("Pod", pod({}), after)).toEqual([]);
    expect(changes("Pod", pod({}), pod({ hostname: "h" }))[0]).toMatch(
      /^spec: Forbidden: pod updates may not change fields other than/,
    );
    expect(changes("Pod", pod({}), pod({ containers: [container, { ...container, name: "n" }] }))).toEqual([
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    ]);
  });
});

describe("workloads", () => {
  it.each(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"])("a %s selects its own pods", (kind) => {
    expect(faults(kind, { spec: { selector, template } })).toEqual([]);
    expect(faults(kind, { spec: { selector: { matchLabels: { app: "y" } }, template } })).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
    ]);
    expect(faults(kind, { spec: { template } })[0]).toBe("spec.selector: Required value");
  });

  it("restart their pods always", () => {
    const never = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
    expect(faults("Deployment", { spec: { selector, template: never } })).toEqual([
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ]);
  });

  it("roll in steps that get somewhere", () => {
    const strategy = { rollingUpdate: { maxUnavailable: 0, maxSurge: "0%" } };
    expect(faults("Deployment", { spec: { selector, template, strategy } })).toEqual([
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
    ]);
  });

  it("a StatefulSet's containers mount its claims, which are claims that could be", () => {
    const mounting = (name: string) => ({
      ...template,
      spec: { ...template.spec, containers: [{ ...container, volumeMounts: [{ name, mountPath: "/data" }] }] },
    });
    const set = (name: string, claim: object) => ({
      spec: { selector, template: mounting(name), volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] },
    });
    const good = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    expect(faults("StatefulSet", set("data", good))).toEqual([]);
    expect(faults("StatefulSet", set("date", good))).toEqual([
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "date"',
    ]);
    expect(faults("StatefulSet", set("data", {}))).toEqual([
      "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required",
      "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value",
    ]);
  });

  it("a StatefulSet's names and claims are fixed", () => {
    const before = { spec: { selector, template, serviceName: "a" } };
    expect(changes("StatefulSet", before, { spec: { selector, template, serviceName: "a", replicas: 3 } })).toEqual([]);
    expect(changes("StatefulSet", before, { spec: { selector, template, serviceName: "b" } })[0]).toMatch(
      /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', /,
    );
  });
});

describe("jobs", () => {
  const job = { spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } } };

  it("do not restart their pods always, nor change them", () => {
    expect(faults("Job", job)).toEqual([]);
    expect(faults("Job", { spec: { template: { spec: { containers: [container] } } } })).toEqual([
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
    const other = {
      spec: { template: { spec: { containers: [{ ...container, image: "b" }], restartPolicy: "Never" } } },
    };
    expect(changes("Job", job, other)[0]).toMatch(/^spec\.template: Invalid value: .*: field is immutable$/);
  });

  it.each([
    ["* * * * *", undefined],
    ["*/5 0-6,12 1 JAN-mar mon", undefined],
    ["@every 1h30m", undefined],
    ["0 0 31 2 ?", undefined],
    ["5/15 * * * *", undefined],
    ["", "empty spec string"],
    ["nope", "expected exactly 5 fields, found 1: [nope]"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["10-5 * * * *", "beginning of range (10) beyond end of range (5): 10-5"],
    ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["*/1/2 * * * *", "too many slashes: */1/2"],
    ["@often", "unrecognized descriptor: @often"],
  ])("the schedule %j", (schedule, message) => {
    expect(scheduleError(schedule)).toBe(message);
  });

  it("a time zone must exist", () => {
    const spec = { schedule: "@daily", timeZone: "Mars/Base", jobTemplate: job };
    expect(faults("CronJob", { spec })).toEqual([
      'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
    ]);
    expect(faults("CronJob", { spec: { ...spec, timeZone: "Europe/Zurich" } })).toEqual([]);
  });
});

describe("other kinds", () => {
  const rule = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };

  it.each<[string, Record<string, unknown>, string[]]>([
    ["Service", { spec: {} }, ["spec.ports: Required value"]],
    ["Service", { spec: { type: "ExternalName" } }, ["spec.externalName: Required value"]],
    [
      "Service",
      { spec: { ports: [{ port: 80, nodePort: 30000 }] } },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      "Service",
      { spec: { type: "x", ports: [{ port: 80 }] } },
      ['spec.type: Unsupported value: "x": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ],
    ["Secret", { type: "kubernetes.io/tls" }, ["data[tls.crt]: Required value", "data[tls.key]: Required value"]],
    [
      "ConfigMap",
      { data: { a: "1" }, binaryData: { a: "AA==" } },
      ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    ],
    ["ConfigMap", { data: { a: "x".repeat(1024 * 1024 + 1) } }, [": Too long: may not be more than 1048576 bytes"]],
    [
      "Role",
      { rules: [{ ...rule, verbs: [] }] },
      ["rules[0].verbs: Required value: verbs must contain at least one value"],
    ],
    ["ClusterRole", { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"] }] }, []],
    [
      "RoleBinding",
      { roleRef: { kind: "x", name: "r" } },
      ['roleRef.kind: Unsupported value: "x": supported values: "Role", "ClusterRole"'],
    ],
    ["Ingress", { spec: {} }, ["spec: Invalid value: []: either `defaultBackend` or `rules` must be specified"]],
    [
      "Ingress",
      {
        spec: {
          rules: [
            {
              http: {
                paths: [{ path: "a", pathType: "Prefix", backend: { service: { name: "s", port: { number: 1 } } } }],
              },
            },
          ],
        },
      },
      ['spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path'],
    ],
    [
      "NetworkPolicy",
      { spec: { ingress: [{ from: [{}] }] } },
      ["spec.ingress[0].from[0]: Required value: must specify a peer"],
    ],
    [
      "PersistentVolumeClaim",
      { spec: { accessModes: ["ReadWriteOnce"] } },
      ["spec.resources[storage]: Required value"],
    ],
    [
      "HorizontalPodAutoscaler",
      { spec: { scaleTargetRef: { kind: "Deployment", name: "d" }, minReplicas: 3, maxReplicas: 2 } },
      ["spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`"],
    ],
    [
      "PodDisruptionBudget",
      { spec: { minAvailable: 1, maxUnavailable: 1 } },
      [
        'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
      ],
    ],
    [
      "LimitRange",
      { spec: { limits: [{ type: "Container", min: { cpu: "2" }, max: { cpu: "1" } }] } },
      [
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
        'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
      ],
    ],
    [
      "ResourceQuota",
      { spec: { hard: { pods: "1.5" } } },
      ['spec.hard[pods]: Invalid value: "1500m": must be an integer'],
    ],
    [
      "Lease",
      { spec: { leaseDurationSeconds: 0 } },
      ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"],
    ],
    ["StorageClass", { provisioner: "" }, ["provisioner: Required value"]],
    [
      "EndpointSlice",
      { addressType: "IPv4", endpoints: [{ addresses: ["::1"] }] },
      ['endpoints[0].addresses[0]: Invalid value: "::1": must be an IPv4 address'],
    ],
  ])("%s %j", (kind, fields, messages) => {
    expect(faults(kind, fields)).toEqual(messages);
  });

  it("what is immutable stays", () => {
    const frozen = { immutable: true, data: { a: "1" } };
    expect(changes("ConfigMap", frozen, { data: { a: "2" } })).toEqual([
      "immutable: Forbidden: field is immutable when `immutable` is set",
      "data: Forbidden: field is immutable when `immutable` is set",
    ]);
    const role = (name: string) => ({ roleRef: { kind: "Role", name } });
    expect(changes("RoleBinding", role("a"), role("b"))[0]).toMatch(
      /^roleRef: Invalid value: .*: cannot change roleRef$/,
    );
    expect(changes("StorageClass", { provisioner: "a" }, { provisioner: "b" })).toEqual([
      "provisioner: Forbidden: updates to provisioner are forbidden.",
    ]);
  });
});

describe("addresses", () => {
  it.each(["10.0.0.1", "::", "::1", "fe80::1:2", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"])("%s is one", (text) => {
    expect(isAddress(text)).toBe(true);
  });
  it.each(["", "1.2.3", "256.0.0.1", "01.2.3.4", "1::2::3", "1:2:3", "g::", "1.2.3.4."])("%j is none", (text) => {
    expect(isAddress(text)).toBe(false);
  });
  it("a network has as many bits as its family allows", () => {
    expect([isNetwork("10.0.0.0/8"), isNetwork("::/128"), isNetwork("10.0.0.0/33"), isNetwork("10.0.0.0")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
