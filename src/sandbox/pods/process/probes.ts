import { request } from "node:http";
import type { Clock } from "../../model/clock.ts";
import type { ContainerAccess } from "../../model/container-access.ts";
import type { ContainerAttempt } from "../container-runner.ts";
import type { Container, Pod } from "../pod.ts";

interface Probe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number | string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port: number | string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface ProbeSurroundings {
  readonly clock: Clock;
  readonly access: ContainerAccess;
  readonly attempt: ContainerAttempt;
  stop(graceMs: number): void;
}

const DEFAULT_GRACE_SECONDS = 30;

/**
 * Probes a container until the function returned is called: first for its start, then for life and readiness at once.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function startProbes(pod: Pod, container: Container, around: ProbeSurroundings): () => void {
  const cancels = new Set<() => void>();
  let stopped = false;
  const { startupProbe, livenessProbe, readinessProbe } = container as Record<string, Probe | undefined>;
  const { attempt } = around;

  const restart = (what: string, probe: Probe): void => {
    const grace = probe.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
    attempt.warn("Killing", `Container ${container.name} failed ${what} probe, will be restarted`);
    around.stop((grace ?? DEFAULT_GRACE_SECONDS) * 1000);
  };
  const begun = (): void => {
    attempt.started();
    if (readinessProbe === undefined) attempt.ready(true);
    else run("Readiness", readinessProbe, attempt.ready);
    if (livenessProbe !== undefined) {
      run("Liveness", livenessProbe, (good) => good || restart("liveness", livenessProbe));
    }
  };
  if (startupProbe === undefined) after(0, begun);
  else {
    const end = run("Startup", startupProbe, (good) => {
      end();
      if (good) begun();
      else restart("startup", startupProbe);
    });
  }

  /** Calls `changed` whenever enough probes in a row have succeeded, or failed. */
  function run(what: string, probe: Probe, changed: (good: boolean) => void): () => void {
    let ended = false;
    let goodInARow = 0;
    let badInARow = 0;
    let state: boolean | undefined;
    const turn = async (): Promise<void> => {
      const why = await outcome(pod, container, probe, around);
      if (stopped || ended) return;
      goodInARow = why === undefined ? goodInARow + 1 : 0;
      badInARow = why === undefined ? 0 : badInARow + 1;
      if (why !== undefined) attempt.warn("Unhealthy", `${what} probe failed: ${why}`);
      const now =
        goodInARow >= (probe.successThreshold ?? 1) || (badInARow >= (probe.failureThreshold ?? 3) ? false : undefined);
      if (now !== undefined && now !== state) {
        state = now;
        changed(now);
      }
      if (!stopped && !ended) after((probe.periodSeconds ?? 10) * 1000, () => void turn());
    };
    after((probe.initialDelaySeconds ?? 0) * 1000, () => void turn());
    return () => {
      ended = true;
    };
  }

  function after(ms: number, task: () => void): void {
    const cancel = around.clock.schedule(ms, () => {
      cancels.delete(cancel);
      if (!stopped) task();
    });
    cancels.add(cancel);
  }

  return () => {
    stopped = true;
    for (const cancel of cancels) cancel();
  };
}

/** Undefined for success, else why not, in the kubelet's words. */
async function outcome(
  pod: Pod,
  container: Container,
  probe: Probe,
  { access }: ProbeSurroundings,
): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.httpGet !== undefined) return await getOutcome(container, probe.httpGet, timeoutMs);
    if (probe.tcpSocket !== undefined) {
      (await access.connect(pod, portNumber(container, probe.tcpSocket.port))).destroy();
      return undefined;
    }
    if (probe.exec !== undefined) return await execOutcome(pod, container, probe.exec.command ?? [], access, timeoutMs);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function getOutcome(
  container: Container,
  { path = "/", port, httpHeaders = [] }: NonNullable<Probe["httpGet"]>,
  timeoutMs: number,
): Promise<string | undefined> {
  const number = portNumber(container, port);
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const url = `http://127.0.0.1:${number}${path.startsWith("/") ? path : `/${path}`}`;
  return new Promise((resolve) => {
    const sent = request(url, { headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      answer.resume();
      const { statusCode = 0 } = answer;
      resolve(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "ECONNREFUSED" ? `dial tcp 127.0.0.1:${number}: connect: connection refused` : error.message;
      resolve(`Get ${JSON.stringify(url)}: ${why}`);
    });
    sent.end();
  });
}

async function execOutcome(
  pod: Pod,
  container: Container,
  command: readonly string[],
  access: ContainerAccess,
  timeoutMs: number,
): Promise<string | undefined> {
  const session = await access.exec(pod, container.name, { command, stdin: false, tty: false });
  let said = "";
  for (const stream of [session.stdout, session.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
    });
  }
  const timer = setTimeout(() => session.close(), timeoutMs);
  const end = await session.ended;
  clearTimeout(timer);
  if (end.type === "failed") return end.message;
  return end.exitCode === 0 ? undefined : said;
}

function portNumber(container: Container, port: number | string): number {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named !== undefined) return named;
  const number = Number(port);
  if (Number.isInteger(number)) return number;
  throw new Error(`couldn't find port: ${port}`);
}
