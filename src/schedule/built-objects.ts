import { isLiteralObject, type Literal } from "./source-literals.ts";

const RBAC = "rbac.authorization.k8s.io/v1";

/** What the builders of `make` build. */
const BUILT: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  deployment: ["apps/v1", "Deployment"],
  service: ["v1", "Service"],
  job: ["batch/v1", "Job"],
  cronJob: ["batch/v1", "CronJob"],
  configMap: ["v1", "ConfigMap"],
  secret: ["v1", "Secret"],
  dockerRegistrySecret: ["v1", "Secret"],
  tlsSecret: ["v1", "Secret"],
  ingress: ["networking.k8s.io/v1", "Ingress"],
  role: [RBAC, "Role"],
  clusterRole: [RBAC, "ClusterRole"],
  roleBinding: [RBAC, "RoleBinding"],
  clusterRoleBinding: [RBAC, "ClusterRoleBinding"],
  podDisruptionBudget: ["policy/v1", "PodDisruptionBudget"],
  pdb: ["policy/v1", "PodDisruptionBudget"],
  quota: ["v1", "ResourceQuota"],
  namespace: ["v1", "Namespace"],
  serviceAccount: ["v1", "ServiceAccount"],
  priorityClass: ["scheduling.k8s.io/v1", "PriorityClass"],
};

/** Names of the builders that are known. */
export const BUILDERS: readonly string[] = Object.keys(BUILT);

/** What the source shows of an object that `make` builds; undefined for a builder that there is not. */
export function builtObject(builder: string, args: readonly Literal[]): Literal {
  const built = Object.hasOwn(BUILT, builder) ? BUILT[builder] : undefined;
  if (built === undefined) return undefined;
  const [apiVersion, kind] = built;
  const options = args.find((one) => isLiteralObject(one) && "namespace" in one);
  const namespace = isLiteralObject(options) ? options.namespace : undefined;
  return { apiVersion, kind, metadata: { namespace }, roleRef: roleRefOf(args[1]) };
}

/** Of a binding, the role that its options name. */
function roleRefOf(options: Literal): Literal {
  if (!isLiteralObject(options)) return undefined;
  const { role, clusterRole } = options;
  return role === undefined ? { kind: "ClusterRole", name: clusterRole } : { kind: "Role", name: role };
}
