/** What authorizers know as resources, though no server serves them: they stand in rules and in questions about rights. */
export interface UnlistedResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly name: string;
}

const GROUPS: Readonly<Record<string, string>> = {
  users: "",
  groups: "",
  uids: "authentication.k8s.io",
  userextras: "authentication.k8s.io",
  signers: "certificates.k8s.io",
};

/** One of them by its plural, with or without its group: `users`, `signers.certificates.k8s.io`. */
export function unlistedResource(text: string): UnlistedResource | undefined {
  const [name = "", ...rest] = text.split(".");
  const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
  return group !== undefined && (rest.length === 0 || rest.join(".") === group) ? { group, name } : undefined;
}
