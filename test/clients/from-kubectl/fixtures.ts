/** What both sides find: objects in their namespace, files in their folder. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createCertificateAuthority } from "../../../src/sandbox/listener/certificate.ts";
import { requestOf } from "../../sandbox/certificates/request-of.ts";
import type { Programs } from "./programs.ts";

const labels = { app: "web" };

/** A Deployment without processes behind it. */
function deployment(image: string): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "web", image, env: [{ name: "OLD", value: "1" }], ports: [{ containerPort: 80 }] }],
        },
      },
    },
  };
}

/** A pod of two containers that run: a shell can be had in them. */
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-0", labels: { old: "1", run: "web-0" } },
  spec: {
    nodeName: "node0",
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: "web", image: "busybox:1", command: ["sh", "-c", "echo ready; exec sleep 3600"] },
      { name: "side", image: "busybox:1", command: ["sh", "-c", "echo beside; exec sleep 3600"] },
    ],
  },
};

const objects: readonly object[] = [
  pod,
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", labels }, data: { level: "info" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly" },
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox:1" }] } } },
      },
    },
  },
];

const pair = createCertificateAuthority().issueServer("example.com", ["example.com"]);

/** What the web has at any site under `/more.yaml`. */
export const MORE: string = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\ndata: { a: '1' }\n";

const files: Readonly<Record<string, string>> = {
  "settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { level: debug }\n",
  "new.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: new }\ndata: { a: '1' }\n",
  "made.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: made, labels: { level: one } }\ndata: { a: '1' }\n",
  "more.yaml": MORE.replace("'1'", "'2'"),
  "manifests/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-a }\ndata: { a: '1' }\n",
  "manifests/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-b }\ndata: { b: '2' }\n",
  "site/index.html": "<h1>hello</h1>\n",
  "site/css/main.css": "h1 { color: teal }\n",
  "app.env": "LEVEL=debug\nPORT=80\n",
  "rbac.yaml": [
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: watcher }",
    "rules: [{ apiGroups: [''], resources: [pods], verbs: [get, watch] }]\n---",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: watchers }",
    "roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: watcher }",
    "subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: jane }]\n",
  ].join("\n"),
  "tls.crt": pair.certificate,
  "tls.key": pair.key,
};

const request = Buffer.from(await requestOf("EC P-256")).toString("base64");

/** Requests for certificates that nobody has decided on, and nobody signs. */
export const requests: readonly object[] = ["jane", "mallory"].map((name) => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name },
  spec: { request, signerName: "example.com/none", usages: ["client auth"] },
}));

/** As one document: older kubectls take no documents of JSON one after the other. */
function asList(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** Makes what the whole cluster has. */
export function clusterFixtures(programs: Programs): void {
  programs.must(["apply", "-f", "-"], asList(requests));
}

/** Makes a side's namespace and folder. */
export function fixtures(programs: Programs, namespace: string, folder: string): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  programs.must(["create", "namespace", namespace]);
  for (let tries = 0; programs.kubectl(["-n", namespace, "get", "serviceaccount", "default"]).status !== 0; tries++) {
    if (tries > 50) throw new Error("no default service account came");
  }
  const inside = (...args: string[]): string[] => ["-n", namespace, ...args];
  programs.must(inside("apply", "-f", "-"), asList(objects));
  for (const image of ["nginx:1.26", "nginx:1.27"]) {
    programs.must(inside("apply", "-f", "-"), JSON.stringify(deployment(image)));
    programs.must(inside("rollout", "status", "deployment/web"));
  }
  programs.must(inside("wait", "--for=condition=Ready", "pod/web-0"));
}
