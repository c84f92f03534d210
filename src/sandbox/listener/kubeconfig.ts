import type { CertificatePair } from "./certificate.ts";

/** A user of the sandbox's kubeconfig. */
export interface KubeconfigUser {
  readonly name: string;
  readonly certificate: CertificatePair;
}

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly certificateAuthority: string;
  /** The first is the current context's; each further one has the context `USER@sandbox`. */
  readonly users: readonly KubeconfigUser[];
}

/** Name of the cluster, and of the context of its first user. */
export const SANDBOX_CONTEXT = "sandbox";

/** The first line of every kubeconfig that a sandbox writes: such a file may be written over. */
export const KUBECONFIG_MARK = "# A kubescript sandbox, gone when its process ends.";

/** A kubeconfig file as YAML, with everything in it that a client needs. */
export function sandboxKubeconfig({ server, certificateAuthority, users }: KubeconfigOptions): string {
  const contextName = (user: KubeconfigUser, position: number): string =>
    position === 0 ? SANDBOX_CONTEXT : `${user.name}@${SANDBOX_CONTEXT}`;
  return [
    KUBECONFIG_MARK,
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${SANDBOX_CONTEXT}`,
    "  cluster:",
    `    server: ${quote(server)}`,
    `    certificate-authority-data: ${base64(certificateAuthority)}`,
    "users:",
    ...users.flatMap(({ name, certificate }) => [
      `- name: ${quote(name)}`,
      "  user:",
      `    client-certificate-data: ${base64(certificate.certificate)}`,
      `    client-key-data: ${base64(certificate.key)}`,
    ]),
    "contexts:",
    ...users.flatMap((user, position) => [
      `- name: ${quote(contextName(user, position))}`,
      "  context:",
      `    cluster: ${SANDBOX_CONTEXT}`,
      `    user: ${quote(user.name)}`,
    ]),
    `current-context: ${SANDBOX_CONTEXT}`,
    "",
  ].join("\n");
}

/** JSON's strings are YAML's, so any name is safe; plain ones stay plain. */
function quote(text: string): string {
  return /^[a-z][a-z0-9-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(text)
    ? text
    : JSON.stringify(text);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
