import type { Clock } from "../model/clock.ts";
import { warnOfMissingDns } from "../pods/cluster-dns.ts";
import type { ContainerRunner } from "../pods/container-runner.ts";
import { startKubelets } from "../pods/kubelet.ts";
import type { NodeSpec } from "../pods/node.ts";
import { registerNodes } from "../pods/node-lifecycle.ts";
import { startScheduler } from "../pods/scheduler.ts";
import type { Registry } from "../storage/registry.ts";
import { type SignCertificate, startCertificateSigner } from "./certificate-signer.ts";
import { startCronJobController } from "./cron-job/cron-job.ts";
import { startDaemonSetController } from "./daemon-set/daemon-set.ts";
import { startDeploymentController } from "./deployment/deployment.ts";
import { startDisruptionController } from "./disruption.ts";
import { startEndpointsController } from "./endpoints/service-endpoints.ts";
import { startGarbageCollector } from "./garbage-collector.ts";
import { startHorizontalPodAutoscaler } from "./horizontal-pod-autoscaler/autoscaler.ts";
import { startJobController } from "./job/job.ts";
import { startNamespaceController } from "./namespace.ts";
import { startNodeLifecycleController } from "./node-lifecycle.ts";
import { createObjectGraph } from "./object-graph.ts";
import { startReplicaSetController, startReplicationController } from "./replica-set.ts";
import { startResourceQuotaController } from "./resource-quota.ts";
import { createRuntime } from "./runtime/runtime.ts";
import { startRootCaPublisher, startServiceAccountController } from "./service-accounts.ts";
import { startStatefulSetController } from "./stateful-set/stateful-set.ts";
import { startStorageProtection } from "./storage-protection.ts";
import { startTaintEvictionController } from "./taint-eviction.ts";
import { startTokenController, type TokenSecretOptions } from "./token-secrets.ts";
import { startVolumeBinder } from "./volume-binder.ts";

export interface ControllersOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** The simulated nodes; pods that are placed on others stay as they are. */
  readonly nodes: readonly NodeSpec[];
  /** PEM of the CA that signed the server's certificate: what `kube-root-ca.crt` holds. Default none, and no ConfigMap. */
  readonly certificateAuthority?: string;
  /** Makes the tokens of Secrets of type `kubernetes.io/service-account-token`. Default: they stay empty. */
  readonly issueToken?: TokenSecretOptions["issueToken"];
  /** Signs approved CertificateSigningRequests. Default: nobody does. */
  readonly signCertificate?: SignCertificate;
  /** Runs containers as something real. Default: all are simulated. */
  readonly runner?: ContainerRunner;
  /** How often the nodes renew their leases. Default never: an idle cluster is silent. */
  readonly heartbeatMs?: number;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Told of each reconciliation that failed and will be tried again. */
  readonly onError?: (error: unknown) => void;
}

export interface Controllers {
  /** Publishes another CA as `kube-root-ca.crt` and beside tokens; nothing where none is published. */
  publishAuthority(certificate: string): void;
  stop(): void;
}

/** Everything of a cluster that acts by itself: controllers, scheduler, kubelets. */
export function startControllers(options: ControllersOptions): Controllers {
  const { registry, clock, nodes, certificateAuthority, heartbeatMs, random = Math.random, onError, runner } = options;
  const runtime = createRuntime({ registry, clock, random, ...(onError === undefined ? {} : { onError }) });
  startServiceAccountController(runtime);
  const publish = certificateAuthority === undefined ? undefined : startRootCaPublisher(runtime, certificateAuthority);
  const trust =
    options.issueToken && startTokenController(runtime, { issueToken: options.issueToken, certificateAuthority });
  if (options.signCertificate !== undefined) startCertificateSigner(runtime, options.signCertificate);
  registerNodes(runtime, nodes, heartbeatMs);
  startNodeLifecycleController(runtime);
  startTaintEvictionController(runtime);
  startDeploymentController(runtime);
  startReplicaSetController(runtime);
  startReplicationController(runtime);
  startStatefulSetController(runtime);
  startDaemonSetController(runtime);
  startVolumeBinder(runtime);
  startStorageProtection(runtime);
  startResourceQuotaController(runtime);
  startJobController(runtime);
  startCronJobController(runtime);
  startEndpointsController(runtime);
  startDisruptionController(runtime);
  startHorizontalPodAutoscaler(runtime);
  const graph = createObjectGraph(runtime);
  startGarbageCollector(runtime, graph);
  startNamespaceController(runtime, graph);
  startScheduler(runtime);
  warnOfMissingDns(runtime, nodes);
  startKubelets(runtime, nodes, runner);
  return {
    publishAuthority(certificate) {
      publish?.(certificate);
      if (publish !== undefined) trust?.(certificate);
    },
    stop: () => runtime.stop(),
  };
}
