import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { formatSelector } from "../../../src/sandbox/tables/format.ts";
import { jsonPath } from "../../../src/sandbox/tables/json-path.ts";
import { printerFor } from "../../../src/sandbox/tables/printer-for.ts";

const definitions = builtInDefinitions();
const NOW = Date.parse("2026-11-21T02:00:00Z");

function definition(kind: string): ResourceDefinition {
  const found = definitions.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

function row(kind: string, object: Record<string, unknown>): Record<string, unknown> {
  const { columns, cells } = printerFor(definition(kind));
  const metadata = { name: "x", creationTimestamp: "2026-11-21T01:58:30Z", ...(object.metadata as object) };
  const values = cells({ apiVersion: "v1", kind, ...object, metadata } as ApiObject, NOW);
  expect(values).toHaveLength(columns.length);
  return Object.fromEntries(columns.map(({ name }, index) => [name, values[index]]));
}

interface Table {
  columnDefinitions?: { name: string; type: string; format: string; priority: number }[];
}

describe("columns are those of the real server", () => {
  const file = path.join(import.meta.dirname, "../../fixtures/recordings/list-watch.json");
  const exchanges = JSON.parse(readFileSync(file, "utf8")) as {
    name: string;
    request: { path: string };
    response: { body?: Table };
  }[];
  const tables = exchanges.filter(({ response }) => (response.body?.columnDefinitions?.length ?? 0) > 0);
  it.each(tables.map((one) => [`${one.name} ${one.request.path}`, one] as const))(
    "%s",
    (_name, { request, response }) => {
      const resource = request.path.split("?")[0]?.split("/").at(-1);
      const found = definitions.find((one) => one.resource === resource);
      const shape = (columns: Table["columnDefinitions"]) =>
        columns?.map(({ name, type, format, priority }) => ({ name, type, format, priority }));
      expect(shape([...printerFor(found as ResourceDefinition).columns])).toEqual(
        shape(response.body?.columnDefinitions),
      );
    },
  );
});

describe("every built-in resource prints an empty object", () => {
  it.each(definitions.map((one) => [`${one.resource}.${one.group}/${one.version}`, one] as const))(
    "%s",
    (_name, one) => {
      const { columns, cells } = printerFor(one);
      const object = { apiVersion: "v1", kind: one.kind, metadata: { name: "n" } };
      expect(cells(object, NOW)).toHaveLength(columns.length);
      expect(columns[0]?.name === "Name" || one.kind === "Event").toBe(true);
    },
  );
});

describe("a pod's row", () => {
  const spec = { containers: [{ name: "a" }, { name: "b" }], nodeName: "node0" };
  const running = { ready: true, restartCount: 0, state: { running: {} } };

  it("counts what is ready", () => {
    const containerStatuses = [
      running,
      { ready: false, restartCount: 0, state: { waiting: { reason: "CrashLoopBackOff" } } },
    ];
    const cells = row("Pod", { spec, status: { phase: "Running", containerStatuses, podIP: "10.0.0.1" } });
    expect(cells).toMatchObject({
      Ready: "1/2",
      Status: "CrashLoopBackOff",
      Restarts: "0",
      Age: "90s",
      IP: "10.0.0.1",
    });
  });

  it("says when it last restarted", () => {
    const lastState = { terminated: { finishedAt: "2026-11-21T01:55:00Z" } };
    const containerStatuses = [running, { ...running, restartCount: 3, lastState }];
    expect(row("Pod", { spec, status: { phase: "Running", containerStatuses } })).toMatchObject({
      Ready: "2/2",
      Status: "Running",
      Restarts: "3 (5m ago)",
    });
  });

  it("tells how far its init containers are", () => {
    const status = {
      phase: "Pending",
      initContainerStatuses: [
        { name: "i", restartCount: 0, state: { terminated: { exitCode: 0 } } },
        { name: "j", restartCount: 0, state: { running: {} } },
      ],
    };
    const cells = row("Pod", { spec: { ...spec, initContainers: [{ name: "i" }, { name: "j" }] }, status });
    expect(cells.Status).toBe("Init:1/2");
  });

  it("counts a sidecar among its containers", () => {
    const initContainers = [{ name: "proxy", restartPolicy: "Always" }];
    const status = {
      phase: "Running",
      initContainerStatuses: [{ name: "proxy", ...running, started: true, restartCount: 1 }],
      containerStatuses: [running, running],
      conditions: [{ type: "Initialized", status: "True" }],
    };
    expect(row("Pod", { spec: { ...spec, initContainers }, status })).toMatchObject({ Ready: "3/3", Restarts: "1" });
  });

  it("is Completed, Terminating or SchedulingGated when it is", () => {
    const done = { ready: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } };
    const completed = { phase: "Succeeded", containerStatuses: [done, done] };
    expect(row("Pod", { spec, status: completed })).toMatchObject({ Status: "Completed", Ready: "0/2" });
    const metadata = { deletionTimestamp: "2026-11-21T02:00:00Z" };
    expect(row("Pod", { spec, metadata, status: { phase: "Running" } }).Status).toBe("Terminating");
    expect(row("Pod", { spec, metadata, status: completed }).Status).toBe("Completed");
    const conditions = [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }];
    expect(row("Pod", { spec, status: { phase: "Pending", conditions } }).Status).toBe("SchedulingGated");
  });
});

describe("rows of other kinds", () => {
  it("a job tells its duration and completions", () => {
    const spec = { completions: 3, parallelism: 1, template: { spec: { containers: [{ name: "m", image: "i" }] } } };
    const status = { succeeded: 2, startTime: "2026-11-21T01:00:00Z", completionTime: "2026-11-21T01:02:05Z" };
    expect(row("Job", { spec, status })).toMatchObject({
      Status: "Running",
      Completions: "2/3",
      Duration: "2m5s",
      Containers: "m",
    });
  });

  it("a service tells its addresses and ports", () => {
    const spec = {
      type: "LoadBalancer",
      clusterIPs: ["10.0.0.1"],
      ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }],
    };
    expect(row("Service", { spec })).toMatchObject({
      "Cluster-IP": "10.0.0.1",
      "External-IP": "<pending>",
      "Port(s)": "80:30080/TCP",
      Selector: "<none>",
    });
  });

  it("a node tells its roles and that it is cordoned", () => {
    const labels = { "node-role.kubernetes.io/control-plane": "", "kubernetes.io/role": "ops" };
    const status = {
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: { kernelVersion: "6.1", architecture: "arm64" },
    };
    expect(row("Node", { metadata: { labels }, spec: { unschedulable: true }, status })).toMatchObject({
      Status: "Ready,SchedulingDisabled",
      Roles: "control-plane,ops",
      "Kernel-Version": "6.1 (arm64)",
    });
  });

  it("an event tells what it is about", () => {
    const involvedObject = { kind: "Pod", name: "web-1", fieldPath: "spec.containers{m}" };
    const event = {
      involvedObject,
      type: "Normal",
      reason: "Pulled",
      message: "done\n",
      source: { component: "kubelet", host: "n" },
    };
    expect(row("Event", { ...event, lastTimestamp: "2026-11-21T01:59:55Z" })).toMatchObject({
      "Last Seen": "5s",
      Object: "pod/web-1",
      Source: "kubelet, n",
      Message: "done",
      Count: 1,
    });
  });

  it("an autoscaler tells its metrics", () => {
    const metrics = [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization: 80 } } }];
    const spec = { scaleTargetRef: { kind: "Deployment", name: "d" }, maxReplicas: 5, metrics };
    expect(row("HorizontalPodAutoscaler", { spec })).toMatchObject({
      Reference: "Deployment/d",
      Targets: "cpu: <unknown>/80%",
    });
  });

  it("a custom resource has the columns of its definition", () => {
    const custom = {
      definitionName: "widgets.example.com",
      printerColumns: [
        { name: "Size", type: "string", jsonPath: ".spec.size" },
        { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: "Count", type: "integer", jsonPath: ".spec.size" },
      ],
      statusSubresource: true,
      scale: undefined,
      selectableFields: [],
      preserveUnknownFields: false,
    };
    const { columns, cells } = printerFor({ ...definition("ConfigMap"), custom });
    expect(columns.map(({ name }) => name)).toEqual(["Name", "Size", "Ready", "Count"]);
    const object = {
      metadata: { name: "w" },
      spec: { size: "s" },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    };
    expect(cells(object as unknown as ApiObject, NOW)).toEqual(["w", "s", "True", null]);
  });
});

describe("formats", () => {
  it("writes selectors sorted by key", () => {
    const matchExpressions = [
      { key: "b", operator: "In", values: ["2", "1"] },
      { key: "c", operator: "DoesNotExist" },
    ];
    expect(formatSelector({ matchLabels: { z: "1", a: "2" }, matchExpressions })).toBe("a=2,b in (1,2),!c,z=1");
  });

  it.each([
    [".a.b[1]", ["y"]],
    [".a['b'][-1]", ["y"]],
    [".a.b[*]", ["x", "y"]],
    [String.raw`.labels.app\.io/name`, ["n"]],
    ["{.none}", []],
    [".a[?(@.x", []],
  ])("finds %s", (expression, found) => {
    expect(jsonPath(expression)({ a: { b: ["x", "y"] }, labels: { "app.io/name": "n" } })).toEqual(found);
  });
});
