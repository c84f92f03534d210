import type { ApiObject } from "../model/object.ts";
import { equalJson } from "../patch/json-value.ts";
import { type CrdCondition, type CrdNames, crdConditions, crdNames, crdSpec, objectOf } from "./crd-spec.ts";

/** The names that a CustomResourceDefinition gets, and what is said of them. */
export interface NamesOutcome {
  readonly acceptedNames: CrdNames;
  readonly namesAccepted: CrdCondition;
  readonly established: CrdCondition;
}

/**
 * Accepts each wanted name unless another definition of the group has it; undefined when there is nothing to change.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/controller/status/naming_controller.go
 */
export function acceptNames(crd: ApiObject, all: readonly ApiObject[]): NamesOutcome | undefined {
  const { names: wanted, group } = crdSpec(crd);
  const before = crdNames(objectOf(crd.status).acceptedNames);
  if (equalJson(wanted, before)) return undefined;
  const taken = namesOf(all.filter((one) => crdSpec(one).group === group));
  const conflicts: { reason: string; message: string }[] = [];
  const accept = (kind: string, name: string, old: string, used: ReadonlySet<string>): string => {
    if (name === old || !used.has(name)) return name;
    conflicts.push({ reason: `${kind}Conflict`, message: inUse(name) });
    return old;
  };
  const acceptedNames: CrdNames = {
    plural: accept("Plural", wanted.plural, before.plural, taken.resources),
    singular: accept("Singular", wanted.singular, before.singular, taken.resources),
    shortNames: acceptShortNames(wanted.shortNames, before.shortNames, taken.resources, conflicts),
    kind: accept("Kind", wanted.kind, before.kind, taken.kinds),
    listKind: accept("ListKind", wanted.listKind, before.listKind, taken.kinds),
    categories: wanted.categories,
  };
  const conflict = conflicts.at(-1);
  const namesAccepted: CrdCondition = {
    type: "NamesAccepted",
    status: conflict === undefined ? "True" : "False",
    reason: conflict?.reason ?? "NoConflicts",
    message: conflict?.message ?? "no conflicts found",
  };
  const outcome = { acceptedNames, namesAccepted, established: establishedAfter(crd, conflict === undefined) };
  const same = equalJson(acceptedNames, before) && isSaid(crd, namesAccepted);
  return same ? undefined : outcome;
}

/** `status.acceptedNames` as the server writes it: without empty lists and texts that may be left out. */
export function writeNames(names: CrdNames): Record<string, unknown> {
  const { plural, singular, shortNames, kind, listKind, categories } = names;
  return {
    plural,
    ...(singular === "" ? {} : { singular }),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    kind,
    ...(listKind === "" ? {} : { listKind }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function acceptShortNames(
  wanted: readonly string[],
  before: readonly string[],
  used: ReadonlySet<string>,
  conflicts: { reason: string; message: string }[],
): readonly string[] {
  const taken = wanted.filter((name) => !before.includes(name) && used.has(name)).map(inUse);
  if (taken.length === 0) return wanted;
  conflicts.push({
    reason: "ShortNamesConflict",
    message: taken.length === 1 ? (taken[0] ?? "") : `[${taken.join(", ")}]`,
  });
  return before;
}

function inUse(name: string): string {
  return `${JSON.stringify(name)} is already in use`;
}

function namesOf(crds: readonly ApiObject[]): { resources: ReadonlySet<string>; kinds: ReadonlySet<string> } {
  const accepted = crds.map((crd) => crdNames(objectOf(crd.status).acceptedNames));
  return {
    resources: new Set(accepted.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames])),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

function establishedAfter(crd: ApiObject, accepted: boolean): CrdCondition {
  const before = crdConditions(crd).find(({ type }) => type === "Established");
  if (before?.status === "True") return before;
  return accepted
    ? { type: "Established", status: "False", reason: "Installing", message: "the initial names have been accepted" }
    : (before ?? {
        type: "Established",
        status: "False",
        reason: "NotAccepted",
        message: "not all names are accepted",
      });
}

function isSaid(crd: ApiObject, { type, status, reason, message }: CrdCondition): boolean {
  return crdConditions(crd).some(
    (one) => one.type === type && one.status === status && one.reason === reason && one.message === message,
  );
}
