import { UsageError } from "../../errors.ts";
import type { Container, EphemeralContainer, Pod } from "../../types/core-v1.ts";
import { envVars } from "../run/pod-to-run.ts";
import { type CustomContainer, customized } from "./custom-container.ts";
import { DEBUG_PROFILES, type DebugProfile, nodeAccess, profileContext } from "./profile.ts";

/** The container to debug with, as kubectl debug's flags. */
export interface DebugContainerOptions {
  readonly image?: string | undefined;
  /** In place of the image's own entry point. */
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Its name. Default `debugger-` and five letters; with `copyTo` one of the pod's own is changed. */
  readonly container?: string | undefined;
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never" | undefined;
  /** Which rights it has. Default `general`. */
  readonly profile?: DebugProfile | undefined;
  /**
   * More of the container, laid over what the profile says: `{ securityContext: { runAsUser: 0 } }`, mounts of the pod's
   * volumes, resources. Lists whose items have a key are merged by it, as by a strategic merge patch; null takes away.
   */
  readonly custom?: CustomContainer | undefined;
}

/** A copy of the pod in place of a container in it. */
export interface DebugCopyOptions {
  /** Name of the copy. It has no labels, annotations and probes unless they are kept, so that nobody takes it for the pod. */
  readonly copyTo?: string | undefined;
  /** Other images for containers of the copy: `{ web: "nginx:debug" }`, `"*"` for all. */
  readonly setImage?: Readonly<Record<string, string>> | undefined;
  /** Whether the copy's containers see each other's processes. Default as the pod says, else true. */
  readonly shareProcesses?: boolean | undefined;
  /** Puts the copy on the pod's node. Default false. */
  readonly sameNode?: boolean | undefined;
  /** Deletes the pod once the copy is made. Default false. */
  readonly replace?: boolean | undefined;
  /** The copy has the pod's labels: Services and controllers that select by them take it up. Default false. */
  readonly keepLabels?: boolean | undefined;
  /** Default false. */
  readonly keepAnnotations?: boolean | undefined;
  /** Liveness probes. Default false. */
  readonly keepLiveness?: boolean | undefined;
  /** Readiness probes. Default false. */
  readonly keepReadiness?: boolean | undefined;
  /** Start-up probes. Default false. */
  readonly keepStartup?: boolean | undefined;
  /** The copy runs the pod's init containers. Default true. */
  readonly keepInitContainers?: boolean | undefined;
}

/** How the container is spoken to. */
export interface DebugStreams {
  readonly stdin: boolean;
  /** Its input ends with that of who is attached. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
}

/** The ephemeral container that comes beside the others. */
export function ephemeralContainer(
  name: string,
  options: DebugContainerOptions & { readonly target?: string | undefined },
  streams: DebugStreams,
): EphemeralContainer {
  requireImage(options.image);
  return {
    ...newContainer(name, options, streams),
    ...(options.target === undefined ? {} : { targetContainerName: options.target }),
  };
}

/** The pod that looks at a node. */
export function nodeDebugger(
  node: string,
  podName: string,
  container: string,
  options: DebugContainerOptions,
  streams: DebugStreams,
): Pod {
  requireImage(options.image);
  const profile = profileOf(options);
  const { namespaces, files } = nodeAccess(profile);
  const mounts = files ? { volumeMounts: [{ name: "host-root", mountPath: "/host" }] } : {};
  const base: Container = { name: container, terminationMessagePolicy: "File", ...mounts };
  return {
    metadata: { name: podName, labels: { "app.kubernetes.io/managed-by": "kubescript-debug" } },
    spec: {
      containers: [changedContainer(base, options, streams, true)],
      nodeName: node,
      restartPolicy: "Never",
      tolerations: [{ operator: "Exists" }],
      ...namespaces,
      ...(files ? { volumes: [{ name: "host-root", hostPath: { path: "/" } }] } : {}),
    },
  };
}

/** The copy of a pod, and which of its containers to debug with; undefined where only images were changed. */
export function podCopy(
  pod: Pod,
  freshName: string,
  options: DebugContainerOptions & DebugCopyOptions,
  streams: DebugStreams,
): { readonly copy: Pod; readonly container: string | undefined } {
  const { setImage = {}, shareProcesses, sameNode = false, copyTo = "" } = options;
  const { ephemeralContainers: _, nodeName, initContainers, ...spec } = pod.spec ?? { containers: [] };
  requireContainers(pod, setImage);
  const containers = spec.containers.map((one) => {
    const image = setImage[one.name] ?? setImage["*"];
    const copied = withoutProbes(one, options);
    return image === undefined ? copied : { ...copied, image };
  });
  const changed = containers.find(({ name }) => name === options.container);
  const onlyImages = changed === undefined && options.image === undefined && Object.keys(setImage).length > 0;
  if (changed === undefined && !onlyImages) requireImage(options.image);
  const container = onlyImages ? undefined : (changed?.name ?? freshName);
  const debugging =
    container === undefined
      ? containers
      : changed === undefined
        ? [...containers, newContainer(container, options, streams)]
        : containers.map((one) => (one === changed ? changedContainer(one, options, streams, false) : one));
  return {
    container,
    copy: {
      metadata: {
        name: copyTo,
        ...(pod.metadata?.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
        ...(options.keepLabels === true ? { labels: { ...pod.metadata?.labels } } : {}),
        ...(options.keepAnnotations === true ? { annotations: { ...pod.metadata?.annotations } } : {}),
      },
      spec: {
        ...spec,
        ...(initContainers === undefined || options.keepInitContainers === false ? {} : { initContainers }),
        ...(sameNode && nodeName !== undefined ? { nodeName } : {}),
        // A pod that sees the node's processes cannot share its own.
        shareProcessNamespace: shareProcesses ?? spec.shareProcessNamespace ?? spec.hostPID !== true,
        containers: debugging,
      },
    },
  };
}

function withoutProbes(container: Container, keep: DebugCopyOptions): Container {
  const { livenessProbe, readinessProbe, startupProbe, ...rest } = container;
  return {
    ...rest,
    ...(livenessProbe === undefined || keep.keepLiveness !== true ? {} : { livenessProbe }),
    ...(readinessProbe === undefined || keep.keepReadiness !== true ? {} : { readinessProbe }),
    ...(startupProbe === undefined || keep.keepStartup !== true ? {} : { startupProbe }),
  };
}

function newContainer(name: string, options: DebugContainerOptions, streams: DebugStreams): Container {
  return changedContainer({ name, terminationMessagePolicy: "File" }, options, streams, false);
}

function changedContainer(
  container: Container,
  options: DebugContainerOptions,
  streams: DebugStreams,
  onNode: boolean,
): Container {
  const { image, command, args, env, imagePullPolicy } = options;
  const { args: _args, stdin: _stdin, stdinOnce: _once, tty: _tty, securityContext: own, ...rest } = container;
  const keptArgs = command === undefined ? container.args : undefined;
  const givenArgs = args ?? keptArgs;
  const securityContext = profileContext(profileOf(options), onNode, own);
  const changed = {
    ...rest,
    ...(image === undefined ? {} : { image }),
    ...(command === undefined ? {} : { command: [...command] }),
    ...(givenArgs === undefined ? {} : { args: [...givenArgs] }),
    ...(env === undefined ? {} : { env: envVars(env) }),
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    ...(streams.stdin ? { stdin: true } : {}),
    ...(streams.stdinOnce ? { stdinOnce: true } : {}),
    ...(streams.tty ? { tty: true } : {}),
    ...(securityContext === undefined ? {} : { securityContext }),
  };
  return options.custom === undefined ? changed : customized(changed, options.custom);
}

function profileOf({ profile = "general" }: DebugContainerOptions): DebugProfile {
  if (DEBUG_PROFILES.includes(profile)) return profile;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot debug with the profile "${String(profile)}": there is none of that name`,
    {
      hint: `There are ${DEBUG_PROFILES.join(", ")}.`,
    },
  );
}

function requireImage(image: string | undefined): void {
  if (typeof image === "string" && image !== "") return;
  throw new UsageError("INVALID_INPUT", "Cannot debug: there is no image for the container", {
    hint: 'Name one that has the tools: { image: "busybox" }.',
  });
}

function requireContainers(pod: Pod, setImage: Readonly<Record<string, string>>): void {
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  const absent = Object.keys(setImage).find((name) => name !== "*" && !names.includes(name));
  if (absent === undefined) return;
  throw new UsageError("INVALID_INPUT", `Cannot copy pods "${pod.metadata?.name}": it has no container "${absent}"`, {
    hint: `It has ${names.join(", ")}.`,
  });
}
