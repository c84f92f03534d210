import { afterEach, beforeAll, expect, test } from "vitest";
import type { UnknownObject } from "../../src/core/object.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
beforeAll(() => {
  process.env.TZ = "UTC";
});
afterEach(() => cluster.close());

/** Objects with nothing but what a test is about. */
const settings = (name: string, labels = {}): UnknownObject => ({ metadata: { name, labels }, data: { level: name } });

/** What is said of the fields that a line begins with. */
function said(text: string, ...labels: string[]): string[] {
  return text.split("\n").filter((line) => labels.some((label) => line.startsWith(label)));
}

const definition = {
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

test("a custom resource is described field by field, its conditions as a table, with its events", async () => {
  cluster = movingSandbox();
  await cluster.settled(cluster.helper("customresourcedefinitions").create(definition));
  const widgets = cluster.helper<UnknownObject>("widgets.example.com");
  const widget = await cluster.settled(
    widgets.create({
      metadata: { name: "w", labels: { team: "blue" }, annotations: { note: "short" } },
      spec: {
        apiURL: "http://x",
        clusterIPs: ["a", "b"],
        podCIDR: "10.0.0.0/8",
        "with.dot": 1,
        nested: { ratio: 0.5, empty: {}, nothing: null },
        parts: [{ name: "one" }, { name: "two" }],
        text: "first\nsecond",
      },
      status: {
        conditions: [
          { type: "Ready", status: "True", reason: "AllGood", lastTransitionTime: "2026-11-20T23:00:00Z" },
          { type: "Degraded", status: "False" },
        ],
      },
    }),
  );
  const event = { reason: "Turned", type: "Normal", message: "it turned", source: { component: "turner" } };
  const involvedObject = { kind: "Widget", name: "w", namespace: "default", apiVersion: "example.com/v1" };
  const times = { firstTimestamp: "2026-11-20T23:00:00Z", lastTimestamp: "2026-11-20T23:59:00Z", count: 2 };
  const { uid } = widget.metadata!;
  await cluster
    .helper<UnknownObject>("events")
    .create({ metadata: { name: "e" }, involvedObject: { ...involvedObject, uid }, ...event, ...times });
  // One about a widget of this name that is gone.
  await cluster
    .helper<UnknownObject>("events")
    .create({ metadata: { name: "f" }, involvedObject: { ...involvedObject, uid: "other" }, ...event });
  const text = await widgets.describe("w");
  expect(
    text.replace(uid!, "<uid>").replace(/Resource Version: +\d+/, "Resource Version:    1"),
  ).toMatchInlineSnapshot(`
    "Name:         w
    Namespace:    default
    Labels:       team=blue
    Annotations:  note: short
    API Version:  example.com/v1
    Kind:         Widget
    Metadata:
      Creation Timestamp:  2026-11-21T00:00:00Z
      Generation:          1
      Resource Version:    1
      UID:                 <uid>
    Spec:
      API URL:  http://x
      Cluster IPs:
        a
        b
      Nested:
        Empty:
        Nothing:  <nil>
        Ratio:    0.5
      Parts:
        Name:    one
        Name:    two
      Pod CIDR:  10.0.0.0/8
      Text:      first
                 second
      with.dot:  1
    Status:
      Conditions:
        Type      Status  LastTransitionTime               Reason   Message
        ----      ------  ------------------               ------   -------
        Ready     True    Fri, 20 Nov 2026 23:00:00 +0000  AllGood
        Degraded  False   <unset>
    Events:
      Type    Reason  Age                From    Message
      ----    ------  ----               ----    -------
      Normal  Turned  60s (x2 over 60m)  turner  it turned
    "
  `);
});

test("no value of a Secret is shown, also none that an annotation repeats", async () => {
  cluster = movingSandbox();
  const quoted = 'say "open"\\now';
  const annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"password":"hidden-value"}}',
    copy: "it is hidden-value",
    encoded: `it is ${Buffer.from("hidden-value").toString("base64")}`,
    // As a tool notes it that writes JSON, in JSON once more, and a line of several.
    json: JSON.stringify({ key: quoted }),
    twice: JSON.stringify({ note: JSON.stringify({ key: quoted }) }),
    go: '{"key":"less \\u003cthan\\u003e this"}',
    line: "the key is second line of it",
    harmless: "kept",
  };
  const secrets = cluster.helper<UnknownObject>("secrets");
  const stringData = { password: "hidden-value", quoted, angles: "less <than> this", lines: "ab\nsecond line of it\n" };
  await secrets.create({ metadata: { name: "s", annotations }, stringData });
  expect(await secrets.describe("s")).toMatchInlineSnapshot(`
    "Name:         s
    Namespace:    default
    Labels:       <none>
    Annotations:  copy: <not shown: it holds a value of the Secret>
                  encoded: <not shown: it holds a value of the Secret>
                  go: <not shown: it holds a value of the Secret>
                  harmless: kept
                  json: <not shown: it holds a value of the Secret>
                  line: <not shown: it holds a value of the Secret>
                  twice: <not shown: it holds a value of the Secret>

    Type:  Opaque

    Data
    ====
    angles:    16 bytes
    lines:     21 bytes
    password:  12 bytes
    quoted:    14 bytes

    Events:  <none>
    "
  `);
});

test("a Deployment costs three requests, a node five, and none waits for the object to be read", async () => {
  cluster = movingSandbox();
  await cluster.helper<UnknownObject>("deployments").create({
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  });
  const deployments = cluster.helper<UnknownObject>("deployments");
  await deployments.resource();
  cluster.requests.length = 0;
  await deployments.describe("web");
  expect(cluster.requests.map((request) => request.replace(/\?.*/, ""))).toEqual([
    "GET /api/v1/namespaces/default/events",
    "GET /apis/apps/v1/namespaces/default/deployments/web",
    "GET /apis/apps/v1/namespaces/default/replicasets",
  ]);
  const nodes = cluster.helper("nodes");
  await nodes.resource();
  cluster.requests.length = 0;
  await nodes.describe("node0");
  expect(cluster.requests).toHaveLength(5);
  expect(decodeURIComponent(cluster.requests.find((one) => one.includes("/pods?")) ?? "")).toContain(
    "fieldSelector=spec.nodeName=node0,status.phase!=Succeeded,status.phase!=Failed",
  );
});

test("a Deployment's ReplicaSet is the new one where servers write null for the time of a template", async () => {
  const template = {
    metadata: { creationTimestamp: null, labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "nginx" }] },
  };
  const selector = { matchLabels: { app: "web" } };
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "1", controller: true };
  const labels = { ...template.metadata.labels, "pod-template-hash": "x" };
  const stored: Readonly<Record<string, object>> = {
    "deployments/web": {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "default", name: "web", uid: "1" } },
      spec: { replicas: 1, selector, template },
    },
    replicasets: {
      ...{ apiVersion: "apps/v1", kind: "ReplicaSetList", metadata: { resourceVersion: "1" } },
      items: [
        {
          metadata: { namespace: "default", name: "web-x", ownerReferences: [owner] },
          spec: { replicas: 1, selector, template: { ...template, metadata: { ...template.metadata, labels } } },
        },
      ],
    },
  };
  cluster = movingSandbox({
    fail: (request) => {
      const answer = stored[new URL(request.url).pathname.replace("/apis/apps/v1/namespaces/default/", "")];
      return answer === undefined ? undefined : Response.json(answer);
    },
  });
  const text = await cluster.helper<UnknownObject>("deployments").describe("web");
  expect(said(text, "OldReplicaSets:", "NewReplicaSet:")).toEqual([
    "OldReplicaSets:    <none>",
    "NewReplicaSet:     web-x (0/1 replicas created)",
  ]);
});

test("what may not be read, or is not there, is said in its place", async () => {
  const forbidden = (reason: string): Response =>
    Response.json({ kind: "Status", status: "Failure", code: 403, reason, message: "no" }, { status: 403 });
  const closed = /\/(events|endpointslices|pods|leases|resourceslices|secrets)(\/|\?|$)/;
  cluster = movingSandbox({
    fail: (request) => (closed.test(request.url) && request.method === "GET" ? forbidden("Forbidden") : undefined),
  });
  await cluster
    .helper<UnknownObject>("services")
    .create({ metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } });
  await cluster.helper<UnknownObject>("ingresses").create({
    metadata: { name: "i" },
    spec: { defaultBackend: { service: { name: "absent", port: { number: 80 } } } },
  });
  expect(said(await cluster.helper<UnknownObject>("services").describe("web"), "Endpoints:", "Events:")).toEqual([
    'Endpoints:                <unknown: not allowed to read endpointslices.discovery.k8s.io in namespace "default">',
    'Events:                   <unknown: not allowed to read events in namespace "default">',
  ]);
  expect(said(await cluster.helper("nodes").describe("node0"), "Lease:", "Pods:")).toEqual([
    'Lease:              <unknown: not allowed to read leases.coordination.k8s.io in namespace "kube-node-lease">',
    "Pods:                         <unknown: not allowed to read pods in all namespaces>",
  ]);
  expect(said(await cluster.helper<UnknownObject>("ingresses").describe("i"), "Default backend:")).toEqual([
    'Default backend:  absent:80 (<error: services "absent" not found>)',
  ]);
});

test("several objects are described by names, by selectors, by the beginning of a name, or all", async () => {
  cluster = movingSandbox({ addons: false });
  const configmaps = cluster.helper<UnknownObject>("configmaps", "kube-public");
  for (const [name, tier] of [
    ["web-a", "front"],
    ["web-b", "back"],
    ["api", "front"],
  ]) {
    await configmaps.create(settings(name!, { tier }));
  }
  const names = async (text: Promise<string>): Promise<string[]> =>
    said(await text, "Name:").map((line) => line.replace(/^Name: +/, ""));
  expect(await names(configmaps.describe(["web-b", "api"]))).toEqual(["web-b", "api"]);
  expect(await names(configmaps.describe({ labels: { tier: "front" } }))).toEqual(["api", "web-a"]);
  expect(await names(configmaps.describe("web"))).toEqual(["web-a", "web-b"]);
  expect(await names(configmaps.describe({ labels: "tier" }))).toEqual(["api", "web-a", "web-b"]);
  expect(await configmaps.describe({ labels: "none" })).toBe("No resources found in kube-public namespace.\n");
  await expect(configmaps.describe("nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(configmaps.describe(["api", "nobody"])).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(configmaps.describe(undefined as never)).rejects.toThrow("its name is undefined, not a text");
  await expect(configmaps.describe("api", { labels: "tier" })).rejects.toThrow("by a selector too");
  await expect(configmaps.describe({ selector: "tier" } as object)).rejects.toThrow('there is no option "selector"');
});

test("events stand with one object, and with several when they are asked for, by one request for all", async () => {
  cluster = movingSandbox();
  const configmaps = cluster.helper<UnknownObject>("configmaps");
  const events = cluster.helper<UnknownObject>("events");
  for (const name of ["a", "b"]) {
    const { metadata } = await configmaps.create(settings(name, { mine: "yes" }));
    const involvedObject = { kind: "ConfigMap", name, namespace: "default", uid: metadata?.uid };
    await events.create({ metadata: { name }, involvedObject, reason: `Of-${name}`, message: "m", type: "Normal" });
  }
  const shown = (text: string): string[] => text.match(/Of-\w/g) ?? [];
  expect(shown(await configmaps.describe("a"))).toEqual(["Of-a"]);
  expect(await configmaps.describe("a", { showEvents: false })).not.toContain("Events:");
  expect(await configmaps.describe({ labels: "mine" })).not.toContain("Events:");
  cluster.requests.length = 0;
  expect(shown(await configmaps.describe({ labels: "mine", showEvents: true }))).toEqual(["Of-a", "Of-b"]);
  expect(cluster.requests).toHaveLength(2);
});

test("an interruption ends it", async () => {
  cluster = movingSandbox();
  const interrupted = AbortSignal.abort();
  await expect(cluster.helper("nodes").describe("node0", { signal: interrupted })).rejects.toMatchObject({
    code: "ABORTED",
  });
});
