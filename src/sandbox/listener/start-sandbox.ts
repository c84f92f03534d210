import { setTimeout as delay } from "node:timers/promises";
import { parseCertificateRequest } from "../certificates/certificate-request.ts";
import { wallClock } from "../model/clock.ts";
import { headStartClock } from "../model/head-start-clock.ts";
import type { UserInfo } from "../model/user.ts";
import type { ProcessRunnerOptions } from "../pods/process/process-runner.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../sandbox.ts";
import { loadObjects, type SeedObject } from "../starter/load-objects.ts";
import { loadStarter, ROLLOUT_MS } from "../starter/starter.ts";
import { createUpgrades } from "../streams/upgrade.ts";
import { createCertificateAuthority } from "./certificate.ts";
import { sandboxKubeconfig } from "./kubeconfig.ts";
import { type ListenerCertificates, startListener } from "./listener.ts";

export interface StartSandboxOptions
  extends Omit<SandboxOptions, "certificateAuthority" | "signCertificate" | "containerRunner"> {
  /** Address to listen on. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /**
   * What is behind the pods. `simulated`: nothing; they have phases, restarts and logs as if. `process`: each container
   * that has a command is a process of this machine, under bubblewrap, which makes exec, attach, cp, probes and
   * port-forward real. Linux with bubblewrap only. An image is but a name: the container sees this machine's files,
   * read-only, as this user, and shares its network; that is no protection from code that is not trusted.
   * Default `simulated`.
   */
  readonly pods?: "simulated" | "process";
  /**
   * How long the cluster has been running when it is reached: what would have happened in that time happens at once,
   * so that everything has its age and its state. Processes know no other time than the real one. Default 0.
   */
  readonly headStartMs?: number;
  /** Applied before anybody reaches the sandbox, those first that others stand on. Default none. */
  readonly objects?: readonly SeedObject[];
  /** Users that the kubeconfig logs in by certificate, besides `admin` of `system:masters`. Default none. */
  readonly users?: readonly Pick<UserInfo, "username" | "groups">[];
}

/** A sandbox that other processes reach. */
export interface RunningSandbox extends Pick<Sandbox, "registry" | "handle" | "clock" | "faults"> {
  /** `https://127.0.0.1:43210` */
  readonly url: string;
  readonly port: number;
  /** A kubeconfig file, YAML. Its current context, `sandbox`, is the admin's; others are `USER@sandbox`. */
  readonly kubeconfig: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly certificateAuthority: string;
  /**
   * Stops as if the process had died and starts again after `downMs` (default 0): every connection is cut, port and
   * objects stay. Resolves once it listens.
   */
  restart(options?: { readonly downMs?: number }): Promise<void>;
  /**
   * Makes a new authority, certificates and {@link kubeconfig}; who trusts or was issued by the old one gets no
   * further. Connections are cut. The new authority is published as `kube-root-ca.crt`.
   */
  rotateCertificates(): void;
  /** Stops: ends watches, lets short requests finish, then the controllers. Once; later calls wait for the first. */
  close(): Promise<void>;
}

/** Names that the serving certificate holds for, besides the address it listens on. */
const SERVER_NAMES = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "localhost",
  "127.0.0.1",
  "::1",
];

/** The service's address, by which pods call the server: see the `kubernetes` Service that the sandbox starts with. */
const SERVICE_ADDRESS = "10.96.0.1";

/** How long ago the starter's rollout began when the sandbox is reached after a head start: it is under way. */
const ROLLING_MS = 10_000;

const ADMIN = { username: "admin", groups: ["system:masters"] };

/**
 * Starts a sandbox and serves it over TLS. Its authority, certificates and objects live as long as it does.
 * Rejects with a UsageError when the address cannot be listened on, process pods cannot be run, or an object is refused.
 *
 * @example
 * const sandbox = await startSandbox();
 * await writeFile("kubeconfig", sandbox.kubeconfig, { mode: 0o600 });
 * await sandbox.close();
 */
export async function startSandbox(options: StartSandboxOptions = {}): Promise<RunningSandbox> {
  const { host = "127.0.0.1", port = 0, users = [], pods = "simulated", ...settings } = options;
  const { headStartMs = 0, objects = [], starter = false, ...sandboxOptions } = settings;
  const names = [...new Set([...SERVER_NAMES, SERVICE_ADDRESS, host])];
  let authority = createCertificateAuthority();
  const certificates = (): ListenerCertificates => ({
    certificate: authority.issueServer("kube-apiserver", names),
    clientAuthority: authority.certificate,
  });
  let listening: number | undefined;
  const apiServer = (): { host: string; port: number } | undefined =>
    listening === undefined ? undefined : { host: reachableHost(host), port: listening };
  const runner = pods === "process" ? { containerRunner: await processRunner(apiServer) } : {};
  const ahead = pods === "simulated" ? headStartMs : 0;
  const clock = headStartClock(options.clock ?? wallClock(), ahead);
  const sandbox = createSandbox({
    ...sandboxOptions,
    ...runner,
    clock,
    certificateAuthority: authority.certificate,
    signCertificate: (request, usages, validMs) =>
      // certificates are judged by the real time, whatever the sandbox's is
      authority.issueRequested(parseCertificateRequest(request), usages, validMs, Date.now()),
  });
  if (ahead === 0) clock.catchUp();
  let stopStarter = (): void => {};
  const stop = (): void => {
    stopStarter();
    sandbox.close();
  };
  try {
    if (starter) stopStarter = loadStarter(sandbox.registry, clock, Math.max(ROLLOUT_MS, ahead - ROLLING_MS));
    const pass = (ms: number): void | Promise<void> => (ahead === 0 ? delay(ms / 10) : clock.pass(ms));
    if (objects.length > 0) await loadObjects(sandbox, objects, pass);
    clock.catchUp();
    const listener = await startListener({
      handle: sandbox.handle,
      handleUpgrade: createUpgrades(sandbox),
      ...certificates(),
      host,
      port,
    });
    listening = listener.port;
    const newKubeconfig = (): string =>
      sandboxKubeconfig({
        server: listener.url,
        certificateAuthority: authority.certificate,
        users: [ADMIN, ...users].map(({ username, groups }) => ({
          name: username,
          certificate: authority.issueClient(username, groups),
        })),
      });
    let kubeconfig = newKubeconfig();
    let closed: Promise<void> | undefined;
    return {
      url: listener.url,
      port: listener.port,
      get kubeconfig() {
        return kubeconfig;
      },
      get certificateAuthority() {
        return authority.certificate;
      },
      registry: sandbox.registry,
      handle: sandbox.handle,
      clock: sandbox.clock,
      faults: sandbox.faults,
      restart: ({ downMs = 0 } = {}) => listener.restart(downMs),
      rotateCertificates() {
        authority = createCertificateAuthority();
        kubeconfig = newKubeconfig();
        listener.replaceCertificates(certificates());
        sandbox.publishAuthority(authority.certificate);
      },
      close: () => {
        closed ??= listener.close().then(stop);
        return closed;
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function processRunner(
  apiServer: ProcessRunnerOptions["apiServer"],
): Promise<NonNullable<SandboxOptions["containerRunner"]>> {
  const { processPods } = await import("../pods/process/start-process-pods.ts");
  return processPods(apiServer);
}

/** Where processes of this machine find the server. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
