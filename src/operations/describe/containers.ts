/** Containers, of a pod with their states and of a pod template without. */
import { byText } from "../../core/by-text.ts";
import type { Quantity } from "../../types/common.ts";
import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  EnvFromSource,
  Pod,
  Probe,
  ResourceRequirements,
  SeccompProfile,
} from "../../types/core-v1.ts";
import { environmentValue } from "./environment.ts";
import { flagText, listText, orNone, sortedEntries, timeText } from "./format.ts";
import { type Block, field, indented, type Layout, NONE, optional, row, section, stepped } from "./layout.ts";
import { quantityText } from "./quantities.ts";

/** What the containers of a pod have and those of a template have not. */
export interface LiveContainers {
  readonly statuses: readonly ContainerStatus[] | undefined;
  /** Resolves what their environment takes from it. */
  readonly pod: Pod;
}

/** How far names and what is said of them stand in, in a pod and in a template. */
const LIVE_STEP = 2;
const TEMPLATE_STEP = 1;

/** The containers under a title. */
export function containers(title: string, list: readonly Container[], live?: LiveContainers): Layout {
  if (list.length === 0) return row(`${title}: ${NONE}`);
  const step = stepOf(live !== undefined);
  return stepped(step, title, ...list.map((one) => stepped(step, one.name, container(one, live))));
}

/** kubectl sets the containers and volumes of templates closer than those of pods. */
export function stepOf(live: boolean): number {
  return live ? LIVE_STEP : TEMPLATE_STEP;
}

function container(one: Container, live: LiveContainers | undefined): Layout {
  const { ports = [], env = [], envFrom = [] } = one;
  const status = live?.statuses?.find(({ name }) => name === one.name);
  return [
    status === undefined ? undefined : field("Container ID", status.containerID ?? ""),
    field("Image", one.image ?? ""),
    status === undefined ? undefined : field("Image ID", status.imageID),
    portField(
      "Port",
      ports,
      ports.map((port) => portText(port, port.containerPort)),
    ),
    portField(
      "Host Port",
      ports,
      ports.map((port) => portText(port, port.hostPort ?? 0)),
    ),
    seccomp(one.securityContext?.seccompProfile, indented),
    argumentLines("Command", one.command),
    argumentLines("Args", one.args),
    status === undefined ? undefined : states(status),
    resources(one.resources),
    probe("Liveness", one.livenessProbe),
    probe("Readiness", one.readinessProbe),
    probe("Startup", one.startupProbe),
    envFrom.length === 0 ? undefined : section("Environment Variables from", envFrom.map(sourceOfVariables)),
    sectionOrNone(
      "Environment",
      env.map((variable) => {
        const [value, note] = environmentValue(variable, one, live?.pod);
        return note === undefined ? field(variable.name, value) : row(`${variable.name}:`, value, note);
      }),
    ),
    mounts(one),
  ];
}

function sectionOrNone(title: string, body: readonly Layout[]): Layout {
  return body.length === 0 ? field(title, NONE) : section(title, ...body);
}

function portText({ name, protocol }: ContainerPort, port: number): string {
  return `${port}/${protocol ?? "TCP"}${name === undefined || name === "" ? "" : ` (${name})`}`;
}

function portField(label: string, ports: readonly ContainerPort[], texts: readonly string[]): Layout {
  return field(ports.length > 1 ? `${label}s` : label, orNone(texts.join(", ")));
}

export function seccomp(
  profile: SeccompProfile | undefined,
  nested = (...body: readonly Layout[]): Layout => body,
): Layout {
  if (profile === undefined) return undefined;
  return [field("SeccompProfile", profile.type), nested(optional("LocalhostProfile", profile.localhostProfile))];
}

function argumentLines(title: string, values: readonly string[] = []): Layout {
  return values.length === 0 ? undefined : section(title, ...values.map((value) => row(value)));
}

function states({ state, lastState, ready, restartCount }: ContainerStatus): Layout {
  return [
    containerState("State", state),
    lastState?.terminated === undefined ? undefined : containerState("Last State", lastState),
    field("Ready", flagText(ready)),
    field("Restart Count", restartCount),
  ];
}

function containerState(label: string, state: ContainerState = {}): Layout {
  const { running, terminated, waiting } = state;
  if (running !== undefined) return [field(label, "Running"), indented(field("Started", timeText(running.startedAt)))];
  if (terminated === undefined) {
    const { reason, message } = waiting ?? {};
    return [field(label, "Waiting"), indented(optional("Reason", reason), optional("Message", message))];
  }
  const { signal = 0 } = terminated;
  return [
    field(label, "Terminated"),
    indented(
      optional("Reason", terminated.reason),
      optional("Message", terminated.message),
      field("Exit Code", terminated.exitCode),
      signal > 0 ? field("Signal", signal) : undefined,
      field("Started", timeText(terminated.startedAt)),
      field("Finished", timeText(terminated.finishedAt)),
    ),
  ];
}

/** Limits and requests. */
export function resources({ limits, requests }: ResourceRequirements = {}): Layout {
  return [quantities("Limits", limits), quantities("Requests", requests)];
}

function quantities(title: string, amounts: Readonly<Record<string, Quantity>> | undefined): Layout {
  const fields = sortedEntries(amounts).map(([name, amount]) => field(name, quantityText(amount)));
  return fields.length === 0 ? undefined : section(title, ...fields);
}

function probe(label: string, one: Probe | undefined): Layout {
  if (one === undefined) return undefined;
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0 } = one;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  const thresholds = `#success=${one.successThreshold ?? 0} #failure=${one.failureThreshold ?? 0}`;
  return field(label, `${probeAction(one)} ${times} ${thresholds}`);
}

function probeAction({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec !== undefined) return `exec ${listText(exec.command)}`;
  if (httpGet !== undefined) {
    const { scheme = "HTTP", host = "", port, path = "" } = httpGet;
    const name = host.includes(":") ? `[${host}]` : host;
    return `http-get ${scheme.toLowerCase()}://${name}:${port}${path.startsWith("/") || path === "" ? path : `/${path}`}`;
  }
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ""}:${tcpSocket.port}`;
  return grpc === undefined ? "unknown" : `grpc <pod>:${grpc.port} ${grpc.service ?? ""}`;
}

function sourceOfVariables({ configMapRef, secretRef, prefix = "" }: EnvFromSource): Block {
  const [kind, source] = configMapRef === undefined ? ["Secret", secretRef] : ["ConfigMap", configMapRef];
  const from = prefix === "" ? kind : `${kind} with prefix '${prefix}'`;
  return row(source?.name ?? "", from, `Optional: ${source?.optional === true}`);
}

function mounts({ volumeMounts = [], volumeDevices = [] }: Container): Layout {
  const mounted = [...volumeMounts]
    .sort((a, b) => byText(a.mountPath, b.mountPath))
    .map(({ mountPath, name, readOnly, subPath = "" }) => {
      const flags = [readOnly === true ? "ro" : "rw", ...(subPath === "" ? [] : [`path=${JSON.stringify(subPath)}`])];
      return row(`${mountPath} from ${name} (${flags.join(",")})`);
    });
  const devices = [...volumeDevices]
    .sort((a, b) => byText(a.devicePath, b.devicePath))
    .map(({ devicePath, name }) => row(`${devicePath} from ${name}`));
  return [sectionOrNone("Mounts", mounted), devices.length === 0 ? undefined : section("Devices", ...devices)];
}
