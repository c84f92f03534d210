import { PREFIX } from "../pods/annotations.ts";

export const STARTER_NAMESPACE = "shop";

/** One object of the starter workload, all in {@link STARTER_NAMESPACE}. */
export interface StarterObject {
  readonly resource: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly [field: string]: unknown };
    readonly [field: string]: unknown;
  };
}

interface Workload {
  readonly name: string;
  readonly version: string;
  readonly replicas?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly port?: number;
  /** Without their prefix. */
  readonly steer?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly env?: readonly { name: string; value?: string; valueFrom?: object }[];
  readonly spec?: object;
}

function labelsOf({ name }: Pick<Workload, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": STARTER_NAMESPACE };
}

function podTemplate(workload: Workload, podSpec: object = {}): object {
  const { name, version, cpu = "50m", memory = "64Mi", port, steer, command, env } = workload;
  const annotations = Object.fromEntries(Object.entries(steer ?? {}).map(([key, value]) => [PREFIX + key, value]));
  return {
    metadata: { labels: labelsOf(workload), ...(steer === undefined ? {} : { annotations }) },
    spec: {
      containers: [
        {
          name,
          image: `registry.example.com/shop/${name}:${version}`,
          ...(command === undefined ? {} : { command }),
          ...(env === undefined ? {} : { env }),
          ...(port === undefined ? {} : { ports: [{ name: "http", containerPort: port }] }),
          resources: { requests: { cpu, memory }, limits: { memory } },
        },
      ],
      ...podSpec,
    },
  };
}

function deployment(workload: Workload): StarterObject {
  const labels = labelsOf(workload);
  const template = podTemplate(workload);
  const { name, replicas = 1, spec } = workload;
  return {
    resource: "deployments.apps",
    object: { metadata: { name, labels }, spec: { replicas, selector: { matchLabels: labels }, template, ...spec } },
  };
}

function service(name: string, port: number, extra: object = {}): StarterObject {
  const labels = labelsOf({ name });
  const ports = [{ name: "http", port, targetPort: "http" }];
  return { resource: "services", object: { metadata: { name, labels }, spec: { selector: labels, ports, ...extra } } };
}

const TICKER = [
  "sh",
  "-c",
  'echo "listening on :8080"; n=0; while true; do n=$((n+1)); echo "$(date +%T) GET /products/$((n % 40 + 1)) 200"; sleep 3; done',
];

/** The objects of the shop, in an order in which each finds what it needs. */
export function starterObjects(): StarterObject[] {
  const job = (workload: Workload, podSpec: object = {}): object => ({
    backoffLimit: 1,
    template: podTemplate(workload, { restartPolicy: "Never", ...podSpec }),
  });
  const migration: Workload = {
    name: "migrate-schema",
    version: "1.7.0",
    command: ["sh", "-c", 'for step in 1 2 3; do echo "applying migration $step of 3"; sleep 1; done; echo done'],
  };
  const importer: Workload = {
    name: "import-catalog",
    version: "0.9.3",
    command: ["sh", "-c", 'echo "reading catalog.csv"; sleep 1; echo "line 17: price is missing" >&2; exit 1'],
  };
  const report: Workload = {
    name: "sales-report",
    version: "1.2.0",
    command: ["sh", "-c", 'echo "report for $(date +%F)"; sleep 2; echo "412 orders"'],
  };
  const database: Workload = { name: "orders-db", version: "16.4", cpu: "200m", memory: "256Mi", port: 5432 };
  const collector: Workload = { name: "log-collector", version: "3.0.1", cpu: "20m", memory: "32Mi" };
  return [
    {
      resource: "configmaps",
      object: { metadata: { name: "web-settings" }, data: { theme: "light", "page-size": "24", currency: "EUR" } },
    },
    {
      resource: "secrets",
      object: {
        metadata: { name: "orders-db-login" },
        stringData: { username: "shop", password: "not-a-real-password" },
      },
    },
    deployment({ name: "web", version: "1.4.0", replicas: 3, port: 8080, command: TICKER }),
    service("web", 80),
    {
      resource: "poddisruptionbudgets.policy",
      object: {
        metadata: { name: "web" },
        spec: { minAvailable: 2, selector: { matchLabels: labelsOf({ name: "web" }) } },
      },
    },
    deployment({
      name: "cart",
      version: "2.0.3",
      replicas: 4,
      port: 8080,
      spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    }),
    service("cart", 80),
    {
      resource: "statefulsets.apps",
      object: {
        metadata: { name: "orders-db", labels: labelsOf(database) },
        spec: {
          replicas: 2,
          serviceName: "orders-db",
          selector: { matchLabels: labelsOf(database) },
          template: podTemplate(database),
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
            },
          ],
        },
      },
    },
    service("orders-db", 5432, { clusterIP: "None" }),
    {
      resource: "daemonsets.apps",
      object: {
        metadata: { name: "log-collector", labels: labelsOf(collector) },
        spec: { selector: { matchLabels: labelsOf(collector) }, template: podTemplate(collector) },
      },
    },
    deployment({
      name: "payments",
      version: "1.0.0",
      command: ["sh", "-c", 'echo "connecting to ledger:7000"; sleep 3; echo "FATAL: no route to ledger"; exit 1'],
    }),
    deployment({ name: "recommendations", version: "0.1.0-missing", steer: { "image-pull": "fail" } }),
    deployment({ name: "analytics", version: "5.2.0", cpu: "64", memory: "1Gi" }),
    { resource: "jobs.batch", object: { metadata: { name: "migrate-schema" }, spec: job(migration) } },
    { resource: "jobs.batch", object: { metadata: { name: "import-catalog" }, spec: job(importer) } },
    {
      resource: "cronjobs.batch",
      object: {
        metadata: { name: "sales-report" },
        spec: { schedule: "* * * * *", concurrencyPolicy: "Forbid", jobTemplate: { spec: job(report) } },
      },
    },
  ];
}
