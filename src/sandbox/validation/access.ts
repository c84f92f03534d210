/** Roles and their bindings: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, semanticEqual, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsSubdomain, pathSegment } from "./names.ts";

const GROUP = "rbac.authorization.k8s.io";
const SUBJECTS = ["Group", "ServiceAccount", "User"];

export function validateRole(errors: FieldErrors, object: ApiObject): void {
  for (const [index, rule] of objectsAt(object, "rules").entries()) {
    validateRule(errors, rule, object.kind === "Role", `rules[${index}]`);
  }
  const aggregation = objectAt(object, "aggregationRule");
  if (aggregation === undefined) return;
  const selectors = objectsAt(aggregation, "clusterRoleSelectors");
  if (selectors.length === 0) {
    errors.required(
      "aggregationRule.clusterRoleSelectors",
      "at least one clusterRoleSelector required if aggregationRule is non-nil",
    );
  }
  for (const [index, selector] of selectors.entries()) {
    validateLabelSelector(errors, selector, `aggregationRule.clusterRoleSelectors[${index}]`);
  }
}

export function validateBinding(errors: FieldErrors, object: ApiObject): void {
  const role = objectAt(object, "roleRef") ?? {};
  if (role.apiGroup !== GROUP) errors.notSupported("roleRef.apiGroup", stringAt(role, "apiGroup"), [GROUP]);
  const kinds = object.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(stringAt(role, "kind"))) errors.notSupported("roleRef.kind", stringAt(role, "kind"), kinds);
  const name = stringAt(role, "name");
  if (name === "") errors.required("roleRef.name");
  else errors.invalidEach("roleRef.name", name, pathSegment(name));
  for (const [index, subject] of objectsAt(object, "subjects").entries()) {
    validateSubject(errors, subject, `subjects[${index}]`);
  }
}

export function validateBindingUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  if (!semanticEqual(object.roleRef, old.roleRef)) errors.invalid("roleRef", object.roleRef, "cannot change roleRef");
}

function validateRule(errors: FieldErrors, rule: JsonObject, namespaced: boolean, path: string): void {
  if (stringsAt(rule, "verbs").length === 0) errors.required(`${path}.verbs`, "verbs must contain at least one value");
  const paths = stringsAt(rule, "nonResourceURLs");
  const groups = stringsAt(rule, "apiGroups");
  const resources = stringsAt(rule, "resources");
  if (paths.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (namespaced) errors.invalid(at, paths, "namespaced rules cannot apply to non-resource URLs");
    if (groups.length + resources.length + stringsAt(rule, "resourceNames").length > 0) {
      errors.invalid(at, paths, "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (groups.length === 0) errors.required(`${path}.apiGroups`, "resource rules must supply at least one api group");
  if (resources.length === 0) errors.required(`${path}.resources`, "resource rules must supply at least one resource");
}

function validateSubject(errors: FieldErrors, subject: JsonObject, path: string): void {
  const [kind, name, group] = [stringAt(subject, "kind"), stringAt(subject, "name"), stringAt(subject, "apiGroup")];
  if (name === "") errors.required(`${path}.name`);
  if (kind === "ServiceAccount") {
    if (name !== "") errors.invalidEach(`${path}.name`, name, dnsSubdomain(name));
    if (group !== "") errors.notSupported(`${path}.apiGroup`, group, [""]);
    if (stringAt(subject, "namespace") === "") errors.required(`${path}.namespace`);
  } else if (kind === "User" || kind === "Group") {
    if (group !== GROUP) errors.notSupported(`${path}.apiGroup`, group, [GROUP]);
  } else errors.notSupported(`${path}.kind`, kind, SUBJECTS);
}
