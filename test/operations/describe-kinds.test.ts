import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { KubernetesObject, UnknownObject } from "../../src/core/object.ts";
import { describerOf } from "../../src/operations/describe/describers.ts";
import { eventTable, isAbout } from "../../src/operations/describe/events.ts";
import { labelOf } from "../../src/operations/describe/generic.ts";
import { podAmounts } from "../../src/operations/describe/pod-resources.ts";
import { amountText } from "../../src/operations/describe/quantities.ts";
import type { Surroundings } from "../../src/operations/describe/related.ts";
import { renderLayout } from "../../src/operations/describe/render-layout.ts";
import { endpointsText } from "../../src/operations/describe/services.ts";
import type { Event, Pod } from "../../src/types/core-v1.ts";

// What kubectl says otherwise, or where its fixtures have nothing; the rest is in describe-golden.test.ts.

beforeAll(() => {
  process.env.TZ = "UTC";
});

const NOW = Date.parse("2026-11-21T06:00:00Z");
const metadata = { name: "x", namespace: "t", uid: "1", creationTimestamp: "2026-11-21T05:00:00Z" };

/** The text of an object, where a look-up finds these objects by their resource. */
async function described(
  type: string,
  object: UnknownObject,
  near: Readonly<Record<string, readonly KubernetesObject[]>> = {},
): Promise<string> {
  const [kind = "", ...group] = type.split(".");
  const find = async (resource: string): Promise<object> => ({ items: near[resource] ?? [] });
  const surroundings = { now: NOW, list: find, get: find } as unknown as Surroundings;
  return renderLayout(await describerOf({ kind, group: group.join(".") })({ metadata, ...object }, surroundings));
}

test("a StatefulSet tells its service, its policies and its claims", async () => {
  const spec = {
    serviceName: "db",
    podManagementPolicy: "Parallel",
    replicas: 3,
    selector: { matchLabels: { app: "db" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [] } },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ],
  };
  const pods = ["Running", "Running", "Pending"].map((phase) => ({
    metadata: { ownerReferences: [{ apiVersion: "", kind: "", name: "x", uid: "1", controller: true }] },
    status: { phase },
  }));
  expect(await described("StatefulSet.apps", { spec, status: { replicas: 3 } }, { pods })).toMatchInlineSnapshot(`
    "Name:                   x
    Namespace:              t
    CreationTimestamp:      Sat, 21 Nov 2026 05:00:00 +0000
    Selector:               app=db
    Labels:                 <none>
    Annotations:            <none>
    Service Name:           db
    Pod Management Policy:  Parallel
    Replicas:               3 desired | 3 total
    Update Strategy:        RollingUpdate
      Partition:            1
    Persistent Volume Claim Retention Policy:
      WhenDeleted:  Delete
      WhenScaled:   Retain
    Pods Status:    2 Running / 1 Waiting / 0 Succeeded / 0 Failed
    Pod Template:
      Labels:  app=db
      Containers: <none>
      Volumes:         <none>
      Node-Selectors:  <none>
      Tolerations:     <none>
    Volume Claims:
      Name:          data
      StorageClass:
      Labels:        <none>
      Annotations:   <none>
      Capacity:      1Gi
      Access Modes:  [ReadWriteOnce]"
  `);
});

test("a CronJob tells its time zone, and what is not set", async () => {
  const spec = {
    schedule: "0 3 * * *",
    timeZone: "Europe/Berlin",
    concurrencyPolicy: "Allow",
    jobTemplate: { spec: { template: { spec: { containers: [{ name: "main", image: "busybox" }] } } } },
  };
  const status = { lastScheduleTime: "2026-11-21T03:00:00Z", active: [{ name: "a" }, { name: "b" }] };
  expect(await described("CronJob.batch", { spec, status })).toMatchInlineSnapshot(`
    "Name:                          x
    Namespace:                     t
    Labels:                        <none>
    Annotations:                   <none>
    Schedule:                      0 3 * * *
    Concurrency Policy:            Allow
    Suspend:                       <unset>
    Time Zone:                     Europe/Berlin
    Successful Job History Limit:  <unset>
    Failed Job History Limit:      <unset>
    Starting Deadline Seconds:     <unset>
    Selector:                      <unset>
    Parallelism:                   <unset>
    Completions:                   <unset>
    Pod Template:
      Labels:  <none>
      Containers:
       main:
        Image:           busybox
        Port:            <none>
        Host Port:       <none>
        Environment:     <none>
        Mounts:          <none>
      Volumes:           <none>
      Node-Selectors:    <none>
      Tolerations:       <none>
    Last Schedule Time:  Sat, 21 Nov 2026 03:00:00 +0000
    Active Jobs:         a, b"
  `);
});

test("a NetworkPolicy is told in sentences", async () => {
  const spec = {
    podSelector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["db", "cache"] }] },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          { namespaceSelector: { matchLabels: { team: "a" } }, podSelector: { matchLabels: { app: "b" } } },
          { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
        ],
        ports: [{ port: 80 }, { port: 8000, endPort: 9000, protocol: "UDP" }, { protocol: "TCP" }],
      },
      {},
    ],
  };
  expect(await described("NetworkPolicy.networking.k8s.io", { spec })).toMatchInlineSnapshot(`
    "Name:         x
    Namespace:    t
    Created on:   Sat, 21 Nov 2026 05:00:00 +0000
    Labels:       <none>
    Annotations:  <none>
    Spec:
      PodSelector:     tier notin (cache,db)
      Allowing ingress traffic:
        To Port: 80/TCP
        To Port Range: 8000-9000/UDP
        To Port: <any>/TCP
        From:
          NamespaceSelector: team=a
          PodSelector: app=b
        From:
          IPBlock:
            CIDR: 10.0.0.0/8
            Except: 10.1.0.0/16
        ----------
        To Port: <any> (traffic allowed to all ports)
        From: <any> (traffic not restricted by source)
      Allowing egress traffic:
        <none> (Selected pods are isolated for egress connectivity)
      Policy Types: Ingress, Egress"
  `);
});

test("a CertificateSigningRequest tells whom it is for; one that cannot be read says so", async () => {
  const file = readFileSync(new URL("../clients/describe/request.yaml", import.meta.url), "utf8");
  const request = /request: (\S+)/.exec(file)?.[1] ?? "";
  const spec = {
    request,
    signerName: "kubernetes.io/kube-apiserver-client",
    expirationSeconds: 86_400,
    username: "jane",
  };
  const status = { conditions: [{ type: "Approved", status: "True" }], certificate: "QQ==" };
  const type = "CertificateSigningRequest.certificates.k8s.io";
  expect(await described(type, { metadata: { name: "jane" }, spec, status })).toMatchInlineSnapshot(`
    "Name:                jane
    Labels:              <none>
    Annotations:         <none>
    CreationTimestamp:   <unset>
    Requesting User:     jane
    Signer:              kubernetes.io/kube-apiserver-client
    Requested Duration:  24h
    Status:              Approved,Issued
    Subject:
      Common Name:          jane
      Serial Number:
      Organization:         devs
                            ops
      Organizational Unit:  x
      Country:              DE
      Locality:             Berlin
      Province:             B
      StreetAddress:        Main
    Subject Alternative Names:
      DNS Names:        a.example.com
                        b.example.com
      Email Addresses:  a@b.c
      URIs:             spiffe://x/y
      IP Addresses:     10.0.0.1
                        2001:db8::1"
  `);
  for (const broken of ["", Buffer.from(atob(request).replace("MII", "AAA")).toString("base64")]) {
    expect(await described(type, { spec: { ...spec, request: broken } })).toContain(
      "Subject:             <unknown: the request cannot be read>",
    );
  }
});

test("a Namespace tells its quotas and limits", async () => {
  const near = {
    resourcequotas: [
      {
        metadata: { name: "q" },
        spec: { scopes: ["BestEffort"] },
        status: { hard: { pods: "10", memory: "1024Mi" }, used: { pods: "2" } },
      },
    ],
    limitranges: [
      {
        metadata: { name: "l" },
        spec: { limits: [{ type: "Container", max: { cpu: "2" }, default: { memory: "1Gi" } }] },
      },
    ],
  };
  const object = { metadata: { name: "t", labels: { team: "blue" } }, status: { phase: "Active" } };
  expect(await described("Namespace", object, near)).toMatchInlineSnapshot(`
    "Name:         t
    Labels:       team=blue
    Annotations:  <none>
    Status:       Active

    Resource Quotas
      Name:    q
      Scopes:  BestEffort
      * Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.
      Resource  Used  Hard
      --------  ----  ----
      memory    0     1Gi
      pods      2     10

    Resource Limits
     Type       Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio
     ----       --------  ---  ---  ---------------  -------------  -----------------------
     Container  cpu       -    2    -                -              -
     Container  memory    -    -    -                1Gi            -"
  `);
});

test("a ServiceAccount tells the tokens that are its own", async () => {
  const token = (name: string, uid: string): UnknownObject => ({
    metadata: {
      name,
      annotations: { "kubernetes.io/service-account.name": "x", "kubernetes.io/service-account.uid": uid },
    },
    data: { token: "c2VjcmV0" },
  });
  const object = { secrets: [{ name: "docker" }], imagePullSecrets: [{ name: "a" }, { name: "b" }] };
  const text = await described("ServiceAccount", object, { secrets: [token("mine", "1"), token("former", "0")] });
  expect(text).toMatchInlineSnapshot(`
    "Name:                x
    Namespace:           t
    Labels:              <none>
    Annotations:         <none>
    Image pull secrets:  a
                         b
    Mountable secrets:   docker
    Tokens:              mine"
  `);
});

test("a pod that is going, waits or has failed says why", async () => {
  const status = {
    phase: "Running",
    containerStatuses: [
      {
        name: "a",
        image: "a",
        imageID: "",
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s\nrestarting" } },
        lastState: {
          terminated: {
            exitCode: 137,
            signal: 9,
            reason: "OOMKilled",
            startedAt: "2026-11-21T05:00:00Z",
            finishedAt: null,
          },
        },
      },
    ],
    conditions: [{ type: "Ready", status: "False" }],
    qosClass: "BestEffort",
  };
  const spec = {
    containers: [
      { name: "a", image: "a", env: [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }] },
    ],
    volumes: [
      { name: "disk", azureDisk: { diskName: "d", diskURI: "u" } },
      { name: "rbd", rbd: { monitors: ["m", "n"], image: "i", secretRef: { name: "s" } } },
      { name: "new", unheardOf: {} },
    ],
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }, { operator: "Exists" }],
  };
  const deletion = { deletionTimestamp: "2026-11-21T06:00:25Z", deletionGracePeriodSeconds: 30 };
  expect(await described("Pod", { metadata: { ...metadata, ...deletion }, spec, status })).toMatchInlineSnapshot(`
    "Name:                      x
    Namespace:                 t
    Node:                      <none>
    Labels:                    <none>
    Annotations:               <none>
    Status:                    Terminating (lasts 5s)
    Termination Grace Period:  30s
    IP:
    IPs:                       <none>
    Containers:
      a:
        Container ID:
        Image:          a
        Image ID:
        Port:           <none>
        Host Port:      <none>
        State:          Waiting
          Reason:       CrashLoopBackOff
          Message:      back-off 40s
                        restarting
        Last State:     Terminated
          Reason:       OOMKilled
          Exit Code:    137
          Signal:       9
          Started:      Sat, 21 Nov 2026 05:00:00 +0000
          Finished:     <unset>
        Ready:          False
        Restart Count:  3
        Environment:
          IP:     (v1:status.podIP)
        Mounts:  <none>
    Conditions:
      Type    Status
      Ready   False
    Volumes:
      disk:
        Type:         AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)
        DiskName:     d
        DiskURI:      u
        Kind:
        FSType:
        CachingMode:
        ReadOnly:     false
      rbd:
        Type:          RBD (a Rados Block Device mount on the host that shares a pod's lifetime)
        CephMonitors:  [m n]
        RBDImage:      i
        FSType:
        RBDPool:
        RadosUser:
        Keyring:
        SecretRef:     s
        ReadOnly:      false
      new:
        <unknown>
    QoS Class:       BestEffort
    Node-Selectors:  <none>
    Tolerations:     :NoSchedule op=Exists
                     op=Exists"
  `);
});

test("an older HorizontalPodAutoscaler tells the use of processors", async () => {
  const object = {
    apiVersion: "autoscaling/v1",
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 5, targetCPUUtilizationPercentage: 80 },
    status: { currentReplicas: 2, desiredReplicas: 3 },
  };
  expect(await described("HorizontalPodAutoscaler.autoscaling", object)).toMatchInlineSnapshot(`
    "Name:                     x
    Namespace:                t
    Labels:                   <none>
    Annotations:              <none>
    CreationTimestamp:        Sat, 21 Nov 2026 05:00:00 +0000
    Reference:                Deployment/web
    Target CPU utilization:   80%
    Current CPU utilization:  <unknown>%
    Min replicas:             <unset>
    Max replicas:             5
    Deployment pods:          2 current / 3 desired"
  `);
});

test("a pod asks for what its containers and sidecars need together, or its neediest start", () => {
  const container = (cpu: string, more = {}): object => ({ name: cpu, resources: { requests: { cpu } }, ...more });
  const asks = (spec: object, status = {}): string =>
    amountText(podAmounts({ spec, status } as Pod, "requests").get("cpu")!);
  const containers = [container("100m"), container("250m")];
  expect(asks({ containers })).toBe("350m");
  expect(asks({ containers, initContainers: [container("2"), container("1")] })).toBe("2");
  const sidecar = container("500m", { restartPolicy: "Always" });
  expect(asks({ containers, initContainers: [sidecar, container("100m")] })).toBe("850m");
  expect(asks({ containers, initContainers: [sidecar, container("2")] })).toBe("2500m");
  expect(asks({ containers, overhead: { cpu: "50m" } })).toBe("400m");
  expect(asks({ containers, resources: { requests: { cpu: "3" } } })).toBe("3");
  const resized = { containerStatuses: [{ name: "100m", resources: { requests: { cpu: "150m" } } }] };
  expect(asks({ containers }, resized)).toBe("400m");
});

test("the ready endpoints of a port are named, but for those beyond three", () => {
  const endpoint = (address: string, ready?: boolean): object => ({ addresses: [address], conditions: { ready } });
  const slice = {
    ports: [
      { name: "http", port: 80 },
      { name: "tls", port: 443 },
    ],
    endpoints: [endpoint("10.0.0.1", true), endpoint("10.0.0.2", false), endpoint("fd00::1")],
  };
  const slices = { items: [slice, slice] } as never;
  expect(endpointsText(slices, "http")).toBe("10.0.0.1:80,[fd00::1]:80,10.0.0.1:80 + 1 more...");
  expect(endpointsText({ items: [slice] } as never, "tls")).toBe("10.0.0.1:443,[fd00::1]:443");
  expect(endpointsText({ items: [] }, "http")).toBe("<none>");
});

test("events are in the order of when they were last seen, however they tell it", () => {
  const at = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
  const event = (reason: string, more: object): Event => ({ metadata: {}, involvedObject: {}, reason, ...more });
  const items = [
    event("repeated", { firstTimestamp: at(900), lastTimestamp: at(5), count: 4, source: { component: "kubelet" } }),
    event("series", { eventTime: at(300), series: { count: 7, lastObservedTime: at(60) }, reportingComponent: "new" }),
    event("once", { eventTime: at(120), firstTimestamp: null, lastTimestamp: null, type: "Warning", message: " m " }),
    event("never", { involvedObject: { fieldPath: "spec" }, message: "x" }),
  ];
  expect(renderLayout(eventTable({ items }, NOW))).toMatchInlineSnapshot(`
    "Events:
      Type     Reason    Age               From     Message
      ----     ------    ----              ----     -------
               never     <unknown>                  spec: x
      Warning  once      2m                         m
               series    60s (x7 over 5m)  new
               repeated  5s (x4 over 15m)  kubelet"
  `);
});

test("events of a former object with the name are not its own; a static pod's and a node's have other uids", () => {
  const about = (object: KubernetesObject, uid: string | undefined, namespace?: string): boolean =>
    isAbout(object)({
      metadata: {},
      involvedObject: {
        name: "x",
        ...(uid === undefined ? {} : { uid }),
        ...(namespace === undefined ? {} : { namespace }),
      },
    });
  const pod = { kind: "Pod", metadata: { ...metadata, annotations: { "kubernetes.io/config.mirror": "hash" } } };
  expect(about(pod, "1", "t")).toBe(true);
  expect(about(pod, "hash", "t")).toBe(true);
  expect(about(pod, "2", "t")).toBe(false);
  expect(about(pod, "1", "other")).toBe(false);
  expect(about({ kind: "Node", metadata: { name: "x", uid: "1" } }, "x")).toBe(true);
  expect(about({ kind: "Widget", metadata }, "x", "t")).toBe(false);
});

test("names of fields are spelled for people; keys that are no names stay", () => {
  const labels = [
    "apiVersion",
    "lastTransitionTime",
    "uid",
    "podIPs",
    "caBundle",
    "URLPath",
    "a-b",
    "x.y/z",
    "snake_case",
  ];
  expect(labels.map(labelOf)).toEqual([
    "API Version",
    "Last Transition Time",
    "UID",
    "Pod IPs",
    "Ca Bundle",
    "URL Path",
    "A - B",
    "x.y/z",
    "snake_case",
  ]);
});

test("an object that lacks what its kind requires is shown field by field, but no Secret ever is", async () => {
  expect(await described("CronJob.batch", { kind: "CronJob", spec: { schedule: "* * * * *" } })).toMatch(
    /^Spec:\n {2}Schedule: {2}\* \* \* \* \*$/m,
  );
  expect(await described("StorageClass.storage.k8s.io", {})).toMatch(/^Provisioner:$/m);
  await expect(described("Secret", { data: { key: ["hidden"] } })).rejects.toThrow(TypeError);
});

test("an object of very many values is described", async () => {
  const text = await described("Widget.example.com", {
    spec: { parts: Array.from({ length: 200_000 }, (_, at) => at) },
  });
  expect(text.split("\n").length).toBeGreaterThan(200_000);
});
