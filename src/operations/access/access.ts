import type { CallScope } from "../../resources/options.ts";
import type { CallOptions } from "../../transport/transport.ts";
import type { OperationContext } from "../context.ts";
import type { ManifestSource } from "../manifests/manifests.ts";
import type { CanOptions } from "./attributes.ts";
import type { GrantOptions, GrantResult } from "./grant.ts";
import type { KubeconfigFileOptions, KubeconfigOptions, WrittenKubeconfig } from "./kubeconfig.ts";
import type { ReconciledObject, ReconcileOptions } from "./reconcile.ts";
import type { AccessRules, RulesOfOptions } from "./rules.ts";
import type { UserInfo } from "./who-am-i.ts";
import type { WhoCan } from "./who-can.ts";

/**
 * Who may do what, and giving and taking it: `kubectl auth`, bindings, and kubeconfigs of service accounts.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export class Access {
  readonly #operation: () => OperationContext;

  constructor(operation: () => OperationContext) {
    this.#operation = operation;
  }

  /**
   * Whether we may. The server decides, with all its authorizers.
   *
   * @example
   * if (!(await k8s.access.can("delete", "pods"))) log.warn("not here");
   */
  async can(verb: string, resource: string, options: CanOptions = {}): Promise<boolean> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { can } = await import("./can.ts");
    return can(operation, verb, resource, { ...options, signal });
  }

  /**
   * Who may, computed from roles and bindings: each subject with the binding and the role that it has the right by. What
   * other authorizers allow is not seen. `notes` says what could not be read; FORBIDDEN when that is every binding.
   *
   * @example
   * const { subjects } = await k8s.access.whoCan("get", "secrets", { namespace: "kube-system" });
   */
  async whoCan(verb: string, resource: string, options: CanOptions = {}): Promise<WhoCan> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { whoCan } = await import("./who-can.ts");
    return whoCan(operation, verb, resource, { ...options, signal });
  }

  /**
   * Who the server takes us for.
   *
   * @example
   * const { username } = await k8s.access.whoami();
   */
  async whoami(options: CallOptions = {}): Promise<UserInfo> {
    const { transport, signalFor } = this.#operation();
    const signal = signalFor(options.signal);
    const { whoAmI } = await import("./who-am-i.ts");
    return whoAmI(transport, { ...options, signal });
  }

  /**
   * What we may do in the namespace, as `kubectl auth can-i --list` has it. An authorizer that cannot list its rules makes
   * it `incomplete`: for one right, ask {@link can}.
   *
   * @example
   * const { rules, incomplete } = await k8s.in("web").access.rules();
   */
  async rules(options: CallScope = {}): Promise<AccessRules> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { rules } = await import("./rules.ts");
    return rules(operation, { ...options, signal });
  }

  /**
   * What a user (`"jane"`) or a service account (`"system:serviceaccount:web:ci"`) may do in the namespace, computed from
   * roles and bindings, each rule with where it is from. Groups that its log-in brings are said by `groups`.
   *
   * @example
   * const { rules } = await k8s.in("web").access.rulesOf("jane", { groups: ["devs"] });
   */
  async rulesOf(user: string, options: RulesOfOptions = {}): Promise<AccessRules> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { rulesOf } = await import("./rules.ts");
    return rulesOf(operation, user, { ...options, signal });
  }

  /**
   * Sees to it that a user, group or service account has a role in the namespace, or with `namespace: "*"` in the whole
   * cluster. Again it changes nothing. NOT_FOUND where there is no such role.
   *
   * @example
   * await k8s.in("web").access.grant({ user: "jane", clusterRole: "edit" });
   */
  async grant(options: GrantOptions): Promise<GrantResult> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { grant } = await import("./grant.ts");
    return grant(operation, { ...options, signal });
  }

  /**
   * Takes a role from a user, group or service account, in every binding of the namespace (or of the cluster) that gives
   * it. One result for each binding; none where there was none.
   *
   * @example
   * const taken = await k8s.in("web").access.revoke({ user: "jane", clusterRole: "edit" });
   */
  async revoke(options: GrantOptions): Promise<GrantResult[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { revoke } = await import("./grant.ts");
    return revoke(operation, { ...options, signal });
  }

  /**
   * Sees to it that roles and bindings give at least what manifests say, as `kubectl auth reconcile`: missing ones are made,
   * rules and subjects added. `removeExtraPermissions` and `removeExtraSubjects` take away what they do not say.
   *
   * @example
   * await k8s.access.reconcile(k8s.make.role("reader", { verbs: "get,list", resources: "pods" }));
   */
  async reconcile(source: ManifestSource, options: ReconcileOptions = {}): Promise<ReconciledObject[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { reconcile } = await import("./reconcile.ts");
    return reconcile(operation, source, { ...options, signal });
  }

  /**
   * A kubeconfig, as YAML, that logs in as a service account of the namespace with a new token; it holds that token. With
   * `file` it is written there, for its owner alone, into what the file holds already: nobody sees the token.
   *
   * @example
   * const text = await k8s.in("ci").access.kubeconfig("deployer", { durationSeconds: 3600 });
   * const { expirationTimestamp } = await k8s.in("ci").access.kubeconfig("deployer", { file: "deployer.yaml" });
   */
  async kubeconfig(serviceAccount: string, options: KubeconfigFileOptions): Promise<WrittenKubeconfig>;
  async kubeconfig(serviceAccount: string, options?: KubeconfigOptions): Promise<string>;
  async kubeconfig(
    serviceAccount: string,
    options: KubeconfigOptions & Partial<KubeconfigFileOptions> = {},
  ): Promise<string | WrittenKubeconfig> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { serviceAccountKubeconfig, writeServiceAccountKubeconfig } = await import("./kubeconfig.ts");
    const { file } = options;
    if (file === undefined) return serviceAccountKubeconfig(operation, serviceAccount, { ...options, signal });
    return writeServiceAccountKubeconfig(operation, serviceAccount, { ...options, file, signal });
  }
}
