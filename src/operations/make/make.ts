import type { Deployment } from "../../types/apps-v1.ts";
import type { CronJob, Job } from "../../types/batch-v1.ts";
import type { ConfigMap, Namespace, ResourceQuota, Secret, Service, ServiceAccount } from "../../types/core-v1.ts";
import type { Ingress } from "../../types/networking-v1.ts";
import type { PodDisruptionBudget } from "../../types/policy-v1.ts";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../types/rbac-v1.ts";
import type { PriorityClass } from "../../types/scheduling-v1.ts";
import {
  type MakeClusterRoleBindingOptions,
  type MakeRoleBindingOptions,
  makeClusterRoleBinding,
  makeRoleBinding,
} from "./bindings.ts";
import { type MakeConfigMapOptions, makeConfigMap } from "./config-map.ts";
import { type MakeDeploymentOptions, makeDeployment } from "./deployment.ts";
import { type MakeIngressOptions, makeIngress } from "./ingress.ts";
import { type MakeCronJobOptions, type MakeJobOptions, makeCronJob, makeJob } from "./job.ts";
import {
  type MakePodDisruptionBudgetOptions,
  type MakePriorityClassOptions,
  type MakeQuotaOptions,
  makePodDisruptionBudget,
  makePriorityClass,
  makeQuota,
} from "./limits.ts";
import { type MakeOptions, making, metadataFor } from "./making.ts";
import { type MakeClusterRoleOptions, type MakeRoleOptions, makeClusterRole, makeRole } from "./roles.ts";
import {
  type MakeDockerRegistrySecretOptions,
  type MakeSecretOptions,
  type MakeTlsSecretOptions,
  makeDockerRegistrySecret,
  makeSecret,
  makeTlsSecret,
} from "./secret.ts";
import { type MakeServiceOptions, makeService } from "./service.ts";

/**
 * Objects as `kubectl create` makes them, as plain values: nothing is sent. What comes out is changed as any object is,
 * and goes to `create`, `apply` or a file. Fields that would be empty are left out. Wrong options are UsageErrors that
 * name the field and what it takes.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/
 */
export interface Make {
  /**
   * A Deployment with a container for each image, its pods labelled `app: name`.
   *
   * @example
   * await k8s.deployments.create(k8s.make.deployment("web", { image: "nginx:1.29", replicas: 2, port: 80 }));
   */
  deployment(name: string, options: MakeDeploymentOptions): Deployment;
  /**
   * A Service for the pods labelled `app: name`, or those of `selector`.
   *
   * @example
   * await k8s.services.create(k8s.make.service("web", { tcp: "80:8080", type: "NodePort" }));
   */
  service(name: string, options?: MakeServiceOptions): Service;
  /**
   * A Job of an image, or of a CronJob's template.
   *
   * @example
   * await k8s.jobs.create(k8s.make.job("now", { from: await k8s.cronjobs.get("backup") }));
   */
  job(name: string, options: MakeJobOptions): Job;
  /**
   * A CronJob of an image.
   *
   * @example
   * await k8s.cronjobs.create(k8s.make.cronJob("backup", { image: "busybox", schedule: "0 3 * * *", command: ["date"] }));
   */
  cronJob(name: string, options: MakeCronJobOptions): CronJob;
  /**
   * A ConfigMap of texts and bytes by key; what is not UTF-8 goes into `binaryData`. At most 1 MiB together.
   *
   * @example
   * await k8s.configmaps.create(k8s.make.configMap("app", { data: [{ level: "debug" }, await k8s.make.files("conf/")] }));
   */
  configMap(name: string, options?: MakeConfigMapOptions): ConfigMap;
  /**
   * A Secret of texts and bytes by key, which are put into base64 here.
   *
   * @example
   * await k8s.secrets.create(k8s.make.secret("db", { data: { password: "correct horse" } }));
   */
  secret(name: string, options?: MakeSecretOptions): Secret;
  /**
   * A Secret to pull images of a registry with: of one log-in, or of `config`, what `docker login` has written.
   *
   * @example
   * const made = k8s.make.dockerRegistrySecret("pull", { server: "registry.example.com", username: "ci", password: "p" });
   */
  dockerRegistrySecret(name: string, options: MakeDockerRegistrySecretOptions): Secret;
  /**
   * A Secret of a certificate and its key, which must belong together.
   *
   * @example
   * const { cert = "", key = "" } = await k8s.make.files(["cert=tls.crt", "key=tls.key"]);
   * await k8s.secrets.create(k8s.make.tlsSecret("web-tls", { cert, key }));
   */
  tlsSecret(name: string, options: MakeTlsSecretOptions): Secret;
  /**
   * An Ingress; a rule's path is exact, or with a `*` behind it a prefix.
   *
   * @example
   * const made = k8s.make.ingress("web", { rules: ["example.com/*=web:80,tls=web-tls"], class: "nginx" });
   */
  ingress(name: string, options: MakeIngressOptions): Ingress;
  /**
   * A Role of one rule, or of several in `rules`.
   *
   * @example
   * await k8s.roles.create(k8s.make.role("reader", { verbs: "get,list,watch", resources: ["pods", "pods/log", "deploy"] }));
   */
  role(name: string, options: MakeRoleOptions): Role;
  /**
   * A ClusterRole of rules for resources and paths, or that gathers others by `aggregationRule`.
   *
   * @example
   * const made = k8s.make.clusterRole("health", { verbs: "get", nonResourceURLs: ["/healthz", "/livez/*"] });
   */
  clusterRole(name: string, options: MakeClusterRoleOptions): ClusterRole;
  /**
   * A RoleBinding of a Role or ClusterRole to users, groups and service accounts (`"namespace:name"`).
   *
   * @example
   * await k8s.rolebindings.create(k8s.make.roleBinding("devs", { clusterRole: "view", groups: "devs" }));
   */
  roleBinding(name: string, options: MakeRoleBindingOptions): RoleBinding;
  /**
   * A ClusterRoleBinding of a ClusterRole.
   *
   * @example
   * const made = k8s.make.clusterRoleBinding("audit", { clusterRole: "view", serviceAccounts: "ops:audit" });
   */
  clusterRoleBinding(name: string, options: MakeClusterRoleBindingOptions): ClusterRoleBinding;
  /**
   * A PodDisruptionBudget.
   *
   * @example
   * await k8s.pdb.create(k8s.make.podDisruptionBudget("web", { selector: "app=web", maxUnavailable: 1 }));
   */
  podDisruptionBudget(name: string, options: MakePodDisruptionBudgetOptions): PodDisruptionBudget;
  /** {@link podDisruptionBudget} by kubectl's short name. */
  pdb(name: string, options: MakePodDisruptionBudgetOptions): PodDisruptionBudget;
  /**
   * A ResourceQuota.
   *
   * @example
   * await k8s.quota.create(k8s.make.quota("team", { hard: "pods=20,requests.cpu=4,requests.memory=8Gi" }));
   */
  quota(name: string, options?: MakeQuotaOptions): ResourceQuota;
  /**
   * A PriorityClass.
   *
   * @example
   * const made = k8s.make.priorityClass("high", { value: 1000, description: "before the others" });
   */
  priorityClass(name: string, options: MakePriorityClassOptions): PriorityClass;
  /** A Namespace. */
  namespace(name: string, options?: Omit<MakeOptions, "namespace">): Namespace;
  /** A ServiceAccount. */
  serviceAccount(name: string, options?: MakeOptions): ServiceAccount;
  /**
   * Reads files for `data`: `"path"` under the file's name, `"key=path"` under a key, of a folder all its files.
   *
   * @example
   * const data = await k8s.make.files(["conf/", "ca.crt=/etc/ssl/ca.pem"]);
   */
  files(sources: string | readonly string[]): Promise<Record<string, Uint8Array>>;
  /**
   * Reads files of `KEY=value` lines for `data` or `env`. A `KEY` alone has its value from the process' environment;
   * quotes stay.
   *
   * @example
   * const made = k8s.make.configMap("app", { data: await k8s.make.envFile("app.env") });
   */
  envFile(files: string | readonly string[]): Promise<Record<string, string>>;
}

/** See {@link Make}. */
export const make: Make = Object.freeze({
  deployment: makeDeployment,
  service: makeService,
  job: makeJob,
  cronJob: makeCronJob,
  configMap: makeConfigMap,
  secret: makeSecret,
  dockerRegistrySecret: makeDockerRegistrySecret,
  tlsSecret: makeTlsSecret,
  ingress: makeIngress,
  role: makeRole,
  clusterRole: makeClusterRole,
  roleBinding: makeRoleBinding,
  clusterRoleBinding: makeClusterRoleBinding,
  podDisruptionBudget: makePodDisruptionBudget,
  pdb: makePodDisruptionBudget,
  quota: makeQuota,
  priorityClass: makePriorityClass,
  namespace(name: string, options: MakeOptions = {}): Namespace {
    making("Namespace", name, options, []);
    return { apiVersion: "v1", kind: "Namespace", metadata: metadataFor(name, { ...options, namespace: undefined }) };
  },
  serviceAccount(name: string, options: MakeOptions = {}): ServiceAccount {
    making("ServiceAccount", name, options, []);
    return { apiVersion: "v1", kind: "ServiceAccount", metadata: metadataFor(name, options) };
  },
  async files(sources: string | readonly string[]): Promise<Record<string, Uint8Array>> {
    const { readFiles } = await import("./files.ts");
    return readFiles(sources);
  },
  async envFile(files: string | readonly string[]): Promise<Record<string, string>> {
    const { readEnvFiles } = await import("./files.ts");
    return readEnvFiles(files, process.env);
  },
});
