import { UsageError } from "../../errors.ts";
import type { Container, Pod, PodSpec } from "../../types/core-v1.ts";

/** What a pod is to run, as kubectl run's flags. */
export interface PodToRunOptions {
  readonly image: string;
  /** In place of the image's own entry point. Default: that. */
  readonly command?: readonly string[] | undefined;
  /** Arguments of the command, or of the image's own entry point. */
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Default `run: NAME`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** A port that the container listens on. */
  readonly port?: number | undefined;
  /** When the container is started again. Default `Always`; `Never` where it is attached to. */
  readonly restart?: "Always" | "OnFailure" | "Never" | undefined;
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never" | undefined;
  /** Default the namespace's own. */
  readonly serviceAccount?: string | undefined;
  /** Default false. */
  readonly privileged?: boolean | undefined;
  /** Fields of the pod's spec that have no option of their own: `{ nodeName: "worker-1" }`. */
  readonly spec?: Partial<Omit<PodSpec, "containers">> | undefined;
}

/** How the container is to be spoken to. */
export interface PodStreams {
  readonly attached: boolean;
  readonly stdin: boolean;
  /** Its input ends with that of who is attached; else it can be left and joined again. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
}

/**
 * The pod that kubectl run makes: one container of the pod's own name.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_run/
 */
export function podToRun(name: string, options: PodToRunOptions, streams: PodStreams): Pod {
  if (typeof options.image !== "string" || options.image === "") {
    throw new UsageError("INVALID_INPUT", `Cannot run "${name}": there is no image`, {
      hint: `Name one: k8s.run("${name}", { image: "nginx:1.29" }).`,
    });
  }
  const container: Container = {
    name,
    image: options.image,
    ...(options.imagePullPolicy === undefined ? {} : { imagePullPolicy: options.imagePullPolicy }),
    ...(options.command === undefined ? {} : { command: [...options.command] }),
    ...(options.args === undefined ? {} : { args: [...options.args] }),
    ...(options.env === undefined ? {} : { env: envVars(options.env) }),
    ...(options.port === undefined ? {} : { ports: [{ containerPort: options.port }] }),
    ...(options.privileged === true ? { securityContext: { privileged: true } } : {}),
    ...(streams.stdin ? { stdin: true } : {}),
    ...(streams.stdinOnce ? { stdinOnce: true } : {}),
    ...(streams.tty ? { tty: true } : {}),
  };
  return {
    metadata: {
      name,
      labels: { ...(options.labels ?? { run: name }) },
      ...(options.annotations === undefined ? {} : { annotations: { ...options.annotations } }),
    },
    spec: {
      ...(options.serviceAccount === undefined ? {} : { serviceAccountName: options.serviceAccount }),
      dnsPolicy: "ClusterFirst",
      ...options.spec,
      containers: [container],
      restartPolicy: options.restart ?? options.spec?.restartPolicy ?? (streams.attached ? "Never" : "Always"),
    },
  };
}

/** `{ LEVEL: "debug" }` as a container has it. */
export function envVars(env: Readonly<Record<string, string | number | boolean>>): { name: string; value: string }[] {
  return Object.entries(env).map(([name, value]) => ({ name, value: String(value) }));
}
