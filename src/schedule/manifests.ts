import type { ObjectMeta, UnknownObject } from "../core/object.ts";
import type { PolicyRule } from "../types/rbac-v1.ts";
import type { AccessRules } from "./access-rules.ts";

/** The label that marks every object of a schedule; its value is the schedule's name. */
export const SCHEDULE_LABEL = "kubescript.dev/schedule";
/** The namespace of the schedule, on objects that stand elsewhere. */
export const SCHEDULE_NAMESPACE_LABEL = "kubescript.dev/schedule-namespace";
/** On the CronJob: the file that was scheduled. */
const SOURCE_ANNOTATION = "kubescript.dev/source";
/** On the CronJob's pods: SHA-256 of the bundle. */
const BUNDLE_ANNOTATION = "kubescript.dev/bundle-sha256";
/** On the CronJob: every object that belongs to the schedule, one `apiVersion/kind/namespace/name` a line. */
export const OBJECTS_ANNOTATION = "kubescript.dev/objects";

/** Default image: any image with Node 20.18.1 or newer on its path and a user 1000 will do. */
export const DEFAULT_IMAGE = "node:24-alpine";

/** Where the ConfigMaps stand in the container. */
const FOLDER = "/kubescript";
/** The bundle, which as text would fill a ConfigMap that holds 1 MiB; its parts end in their numbers. */
const PACKED_FILE = "bundle.mjs.gz.";
/**
 * How much of it one ConfigMap holds: `kubectl apply`, Argo CD and their like keep a copy of the object in an annotation,
 * and annotations hold 256 KiB in all.
 */
const PART_BYTES = 180_000;
/** What the container runs. */
const LOADER_FILE = "job.mjs";
const LOADER = `// Unpacks the script with its runtime, and runs it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const parts = readdirSync(import.meta.dirname).filter((name) => name.startsWith("${PACKED_FILE}")).sort();
const packed = Buffer.concat(parts.map((name) => readFileSync(new URL(name, import.meta.url))));
writeFileSync("/tmp/bundle.mjs", gunzipSync(packed));
await import("/tmp/bundle.mjs");
`;

/** What `schedule` makes manifests from. */
export interface ScheduleSpec {
  /** Name of every object. */
  readonly name: string;
  readonly namespace: string;
  /** Cron expression, five fields, as Kubernetes takes it. */
  readonly cron: string;
  /** IANA time zone; the controller's own (usually UTC) when undefined. */
  readonly timeZone?: string | undefined;
  /** Default {@link DEFAULT_IMAGE}. */
  readonly image?: string | undefined;
  /** The bundled script, compressed by gzip. */
  readonly packed: Uint8Array;
  /** Hex SHA-256 of the script before that. */
  readonly sha256: string;
  /** The script's file name, for people. */
  readonly source: string;
  /** Arguments of the script. */
  readonly args: readonly string[];
  readonly rules: AccessRules;
  /** Default Forbid: a run that is still going lets the next one wait for its turn. */
  readonly concurrencyPolicy?: "Allow" | "Forbid" | "Replace" | undefined;
  /** Seconds after which a run is stopped; unlimited when undefined. */
  readonly timeoutSeconds?: number | undefined;
  /** How often a failed run is tried again at once. Default 0: the next turn is the next try. */
  readonly backoffLimit?: number | undefined;
  readonly suspend?: boolean | undefined;
}

/**
 * The objects of one schedule, in the order in which they are to be applied. A plain function of its input.
 *
 * The container runs as user 1000 with a read-only root, without privileges or capabilities, which the `restricted`
 * Pod Security Standard asks for (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 */
export function scheduleManifests(spec: ScheduleSpec): UnknownObject[] {
  const account: UnknownObject = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata(spec, spec.namespace),
  };
  const before = [account, ...roles(spec), ...bundleOf(spec)];
  const cronJob = cronJobOf(spec);
  const inventory = [...before, cronJob].map(objectKey).join("\n");
  cronJob.metadata = {
    ...cronJob.metadata,
    annotations: { [SOURCE_ANNOTATION]: spec.source, [OBJECTS_ANNOTATION]: inventory },
  };
  return [...before, cronJob];
}

/** One line of {@link OBJECTS_ANNOTATION}. */
export function objectKey(object: UnknownObject): string {
  return [object.apiVersion, object.kind, object.metadata?.namespace ?? "", object.metadata?.name].join("|");
}

/** Reads one line of {@link OBJECTS_ANNOTATION}; undefined when it is not one. */
export function parseObjectKey(
  line: string,
): { apiVersion: string; kind: string; namespace: string | undefined; name: string } | undefined {
  const [apiVersion, kind, namespace, name, ...rest] = line.split("|");
  if (!apiVersion || !kind || namespace === undefined || !name || rest.length > 0) return undefined;
  return { apiVersion, kind, namespace: namespace === "" ? undefined : namespace, name };
}

/** The roles alone, without bindings: what `kubescript permissions` prints. */
export function rightsManifests(name: string, namespace: string, rules: AccessRules): UnknownObject[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const roles = [...rules.namespaces].map(([where, own]) => ({
    apiVersion,
    kind: "Role",
    metadata: { name, namespace: where },
    rules: own,
  }));
  if (rules.cluster.length === 0) return roles;
  const clusterRole = `kubescript:${namespace}.${name}`;
  return [...roles, { apiVersion, kind: "ClusterRole", metadata: { name: clusterRole }, rules: rules.cluster }];
}

function labels(spec: ScheduleSpec): Record<string, string> {
  return {
    "app.kubernetes.io/name": spec.name,
    "app.kubernetes.io/managed-by": "kubescript",
    [SCHEDULE_LABEL]: spec.name,
    [SCHEDULE_NAMESPACE_LABEL]: spec.namespace,
  };
}

function metadata(spec: ScheduleSpec, namespace: string | undefined, name: string = spec.name): ObjectMeta {
  return { name, ...(namespace === undefined ? {} : { namespace }), labels: labels(spec) };
}

function roles(spec: ScheduleSpec): UnknownObject[] {
  const subjects = [{ kind: "ServiceAccount", name: spec.name, namespace: spec.namespace }];
  const pair = (
    scope: "ClusterRole" | "Role",
    meta: () => ObjectMeta,
    rules: readonly PolicyRule[],
  ): UnknownObject[] => [
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: scope, metadata: meta(), rules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: `${scope}Binding`,
      metadata: meta(),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: scope, name: meta().name },
      subjects,
    },
  ];
  // in another namespace than the schedule's, and cluster-wide, two schedules of one name must not share a Role
  const foreign = `${spec.namespace}.${spec.name}`;
  const own = spec.rules.namespaces.get(spec.namespace) ?? [];
  return [
    ...pair("Role", () => metadata(spec, spec.namespace), own),
    ...[...spec.rules.namespaces]
      .filter(([namespace]) => namespace !== spec.namespace)
      .flatMap(([namespace, rules]) => pair("Role", () => metadata(spec, namespace, foreign), rules)),
    ...(spec.rules.cluster.length === 0
      ? []
      : pair("ClusterRole", () => metadata(spec, undefined, `kubescript:${foreign}`), spec.rules.cluster)),
  ];
}

/** The bundle in parts of a size that every tool can apply. */
function bundleOf(spec: ScheduleSpec): UnknownObject[] {
  const packed = Buffer.from(spec.packed);
  return partNames(spec).map((name, index) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(spec, spec.namespace, name),
    ...(index === 0 ? { data: { [LOADER_FILE]: LOADER } } : {}),
    binaryData: {
      [`${PACKED_FILE}${index + 1}`]: packed.subarray(index * PART_BYTES, (index + 1) * PART_BYTES).toString("base64"),
    },
  }));
}

/** The first has the schedule's own name; a dot keeps the others from being another schedule's. */
function partNames({ name, packed }: ScheduleSpec): string[] {
  const count = Math.max(1, Math.ceil(packed.byteLength / PART_BYTES));
  return Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}.part-${index + 1}`));
}

function cronJobOf(spec: ScheduleSpec): UnknownObject {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadata(spec, spec.namespace),
    spec: {
      schedule: spec.cron,
      ...(spec.timeZone === undefined ? {} : { timeZone: spec.timeZone }),
      concurrencyPolicy: spec.concurrencyPolicy ?? "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      ...(spec.suspend === undefined ? {} : { suspend: spec.suspend }),
      jobTemplate: {
        metadata: { labels: labels(spec) },
        spec: {
          backoffLimit: spec.backoffLimit ?? 0,
          ...(spec.timeoutSeconds === undefined ? {} : { activeDeadlineSeconds: spec.timeoutSeconds }),
          template: {
            metadata: { labels: labels(spec), annotations: { [BUNDLE_ANNOTATION]: spec.sha256 } },
            spec: podSpec(spec),
          },
        },
      },
    },
  };
}

function podSpec(spec: ScheduleSpec): Record<string, unknown> {
  return {
    serviceAccountName: spec.name,
    restartPolicy: "Never",
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "script",
        image: spec.image ?? DEFAULT_IMAGE,
        command: ["node", `${FOLDER}/${LOADER_FILE}`],
        ...(spec.args.length === 0 ? {} : { args: [...spec.args] }),
        env: [
          // With the version that the server would fill in: without it, whoever applies the same again conflicts.
          { name: "POD_NAMESPACE", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } } },
          { name: "HOME", value: "/tmp" },
        ],
        resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "512Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "bundle", mountPath: FOLDER, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "bundle", projected: { sources: partNames(spec).map((name) => ({ configMap: { name } })) } },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
