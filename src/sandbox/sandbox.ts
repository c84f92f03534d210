import { randomUUID } from "node:crypto";
import { createIdentity } from "./auth/identity.ts";
import { aggregateClusterRoles } from "./auth/rbac/aggregation.ts";
import { bootstrap } from "./bootstrap.ts";
import type { SignCertificate } from "./controllers/certificate-signer.ts";
import { type ControllersOptions, startControllers } from "./controllers/start.ts";
import { startCrdController } from "./crd/crd-controller.ts";
import { BUILT_IN_SCHEMAS, builtInDefinitions } from "./definitions/built-in.ts";
import { definitionTable } from "./definitions/definition-table.ts";
import { discoveryPaths } from "./discovery/discovery-paths.ts";
import { createFaults, type Faults } from "./faults/faults.ts";
import { documentPaths } from "./http/document-paths.ts";
import { createHandler, type Handler } from "./http/handler.ts";
import { healthPaths } from "./http/health.ts";
import { nonResourcePaths } from "./http/non-resource.ts";
import { objectTexts } from "./http/object-text.ts";
import { renderer } from "./http/representation.ts";
import type { HttpServer } from "./http/server.ts";
import { VERSION_PATH } from "./http/version.ts";
import { createMetricsRole, metricsDefinitions } from "./metrics/metrics-definitions.ts";
import { withMetrics } from "./metrics/metrics-store.ts";
import { type Clock, wallClock } from "./model/clock.ts";
import type { ContainerAccess } from "./model/container-access.ts";
import type { UserInfo } from "./model/user.ts";
import { openApiPaths } from "./openapi/openapi-paths.ts";
import { applyJsonPatch } from "./patch/json-patch.ts";
import { applyMergePatch } from "./patch/merge-patch.ts";
import { applyStrategicMergePatch } from "./patch/strategic-merge-patch.ts";
import type { ContainerRunner } from "./pods/container-runner.ts";
import { defaultNodes, type NodeSpec } from "./pods/node.ts";
import type { PodServices } from "./pods/process/process-runner.ts";
import { simulatedContainers } from "./pods/simulated-containers.ts";
import { createAddons } from "./starter/addons.ts";
import { loadStarter } from "./starter/starter.ts";
import { createRegistry } from "./storage/create-registry.ts";
import { type MemoryStore, memoryStore } from "./storage/memory-store.ts";
import type { Registry } from "./storage/registry.ts";
import { createPodStreams } from "./streams/pod-streams.ts";
import { printerFor } from "./tables/printer-for.ts";
import { writeRules } from "./write-rules.ts";

export interface SandboxOptions {
  /** Default: the wall clock. */
  readonly clock?: Clock;
  /** From 0 up to 1; for generated names and jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** A fresh UUID. Default `crypto.randomUUID`. */
  readonly uid?: () => string;
  /** Users by static bearer token. Default none. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** Whether requests without a credential are let in as `system:anonymous`. Default true. */
  readonly anonymous?: boolean;
  /** The simulated nodes; none: nothing schedules or runs pods. Default three. */
  readonly nodes?: readonly NodeSpec[];
  /** Whether controllers, scheduler and kubelets act. Default true. */
  readonly controllers?: boolean;
  /** Whether `kube-system` holds what a fresh cluster has: DNS, proxies, a storage class. Default: as `controllers`. */
  readonly addons?: boolean;
  /** Whether a small workload to explore is loaded into the namespace `shop`. Default false. */
  readonly starter?: boolean;
  /** Whether `metrics.k8s.io` is served, as by metrics-server: what `kubectl top` asks. Default false. */
  readonly metrics?: boolean;
  /** PEM of the authority that namespaces publish as `kube-root-ca.crt`. Default none. */
  readonly certificateAuthority?: string;
  /** Signs approved CertificateSigningRequests. Default: they stay without a certificate. */
  readonly signCertificate?: SignCertificate;
  /** Changes of each resource that watches and pages can go back to. Default 10,000. */
  readonly historyLimit?: number;
  /** Makes what runs containers as something real. Default: all containers are simulated. */
  readonly containerRunner?: (services: PodServices) => ContainerRunner;
  /** Told of what went wrong behind the scenes and will be tried again. */
  readonly onError?: (error: unknown) => void;
}

/** A Kubernetes API server in this process. */
export interface Sandbox extends Handler {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly store: MemoryStore;
  /** Makes requests, streams, history and tokens fail on demand. */
  readonly faults: Faults;
  /** What runs, or seems to run, in the pods. */
  readonly containers: ContainerAccess;
  /** Replaces the authority in every `kube-root-ca.crt`; nothing in a sandbox that was given none. */
  publishAuthority(certificate: string): void;
  /** Stops everything that acts by itself. Requests are still answered. */
  close(): void;
}

/** Checks that `/livez`, `/readyz` and `/healthz` list. */
const HEALTH_CHECKS = ["ping", "etcd", "poststarthook/rbac/bootstrap-roles"];

/** A server with the objects that every cluster starts with. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { clock = wallClock(), random = Math.random, uid = randomUUID, nodes = defaultNodes() } = options;
  const store = memoryStore(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit });
  const definitions = definitionTable(builtInDefinitions());
  const rules = writeRules(store, random);
  const { registry, writer } = createRegistry({ store, definitions, clock, rules, random, uid });
  const staticTokens = new Map(options.staticTokens);
  const { faults, wrap } = createFaults({ clock, store, staticTokens });
  const identity = createIdentity({
    registry,
    clock,
    staticTokens,
    anonymous: options.anonymous,
  });
  const runner = options.containerRunner?.({ registry, clock, tokens: identity.tokens });
  const containers = runner?.access ?? simulatedContainers(registry, clock);
  const texts = objectTexts();
  const metrics = options.metrics === true;
  if (metrics) definitions.serve("metrics.k8s.io", metricsDefinitions());
  const server: HttpServer = {
    store: metrics ? withMetrics(store, clock) : store,
    definitions,
    registry,
    writer,
    clock,
    random,
    identity,
    texts,
    renderer: renderer(texts, printerFor, () => clock.now()),
    patches: { json: applyJsonPatch, merge: applyMergePatch, strategic: applyStrategicMergePatch },
    trackUpdate: rules.trackUpdate,
    virtualResources: identity.virtualResources,
    podStreams: createPodStreams({ containers, registry, clock }),
  };
  const paths = nonResourcePaths([
    VERSION_PATH,
    ...healthPaths(HEALTH_CHECKS),
    ...documentPaths(identity.openIdDocuments),
    ...openApiPaths(definitions),
    ...discoveryPaths(definitions, [...identity.openIdDocuments.keys()], HEALTH_CHECKS),
  ]);

  bootstrap(registry);
  if (metrics) createMetricsRole(registry);
  const running = [
    () => runner?.close(),
    aggregateClusterRoles(registry),
    stopper(
      startCrdController({
        registry,
        clock,
        schemas: BUILT_IN_SCHEMAS,
        serve: definitions.serve,
        ...(options.onError === undefined ? {} : { onError: options.onError }),
      }),
    ),
  ];
  const controllers =
    options.controllers === false
      ? undefined
      : startControllers({
          registry,
          clock,
          nodes,
          random,
          issueToken: identity.tokens.issueFor,
          ...forControllers(options, runner),
        });
  if (controllers !== undefined) running.push(stopper(controllers));
  if (options.addons ?? options.controllers !== false) createAddons(registry, nodes);
  if (options.starter === true) running.push(loadStarter(registry, clock));

  return {
    ...wrap(createHandler(server, paths)),
    registry,
    clock,
    store,
    faults,
    containers,
    publishAuthority: (certificate) => controllers?.publishAuthority(certificate),
    close() {
      for (const stop of running.splice(0).reverse()) stop();
    },
  };
}

function stopper(started: { stop(): void }): () => void {
  return () => started.stop();
}

function forControllers(
  { certificateAuthority, signCertificate, onError }: SandboxOptions,
  runner: ContainerRunner | undefined,
): Pick<ControllersOptions, "certificateAuthority" | "signCertificate" | "onError" | "runner"> {
  return {
    ...(runner === undefined ? {} : { runner }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(signCertificate === undefined ? {} : { signCertificate }),
    ...(onError === undefined ? {} : { onError }),
  };
}
