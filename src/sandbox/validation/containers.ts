/** Containers of a pod: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
import type { JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { configMapKey, dnsLabel, dnsSubdomain, environmentVariableName, portName, portNumber } from "./names.ts";
import { validateHandler, validateProbe } from "./probes.ts";
import { validateResourceRequirements } from "./resources.ts";
import { validateChoice } from "./values.ts";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const TERMINATION_POLICIES = ["FallbackToLogsOnError", "File"];
const ENV_SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const POD_FIELDS = new Set([
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);

/** What the containers of one pod know of each other. */
export interface ContainerScope {
  /** Names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  /** Names taken so far; each must be its own. */
  readonly names: Set<string>;
}

export function validateContainers(errors: FieldErrors, spec: JsonObject, scope: ContainerScope, path: string): void {
  const containers = objectsAt(spec, "containers");
  if (containers.length === 0) errors.required(`${path}.containers`);
  for (const [index, container] of containers.entries()) {
    const at = `${path}.containers[${index}]`;
    validateContainer(errors, container, scope, at);
    validateLifecycle(errors, container, at);
    validateUniqueName(errors, container, scope, at);
  }
  validateHostPorts(errors, containers, `${path}.containers`);
  for (const [index, container] of objectsAt(spec, "initContainers").entries()) {
    const at = `${path}.initContainers[${index}]`;
    validateContainer(errors, container, scope, at);
    validateUniqueName(errors, container, scope, at);
    const restartPolicy = container.restartPolicy;
    if (restartPolicy === "Always") validateLifecycle(errors, container, at);
    else {
      for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]) {
        if (container[field] === undefined) continue;
        errors.forbidden(`${at}.${field}`, "may not be set for init containers without restartPolicy=Always");
      }
    }
  }
}

function validateUniqueName(errors: FieldErrors, container: JsonObject, scope: ContainerScope, path: string): void {
  const name = stringAt(container, "name");
  if (scope.names.has(name)) errors.duplicate(`${path}.name`, name);
  else if (name !== "") scope.names.add(name);
}

function validateContainer(errors: FieldErrors, container: JsonObject, scope: ContainerScope, path: string): void {
  const name = stringAt(container, "name");
  if (name === "") errors.required(`${path}.name`);
  else errors.invalidEach(`${path}.name`, name, dnsLabel(name));
  const image = stringAt(container, "image");
  if (image === "") errors.required(`${path}.image`);
  else if (image !== image.trim()) {
    errors.invalid(`${path}.image`, image, "must not have leading or trailing whitespace");
  }
  validateChoice(errors, container, "terminationMessagePolicy", TERMINATION_POLICIES, path);
  validatePorts(errors, container, scope, path);
  validateEnv(errors, container, path);
  validateMounts(errors, container, scope, path);
  validateChoice(errors, container, "imagePullPolicy", PULL_POLICIES, path);
  validateResourceRequirements(errors, objectAt(container, "resources"), `${path}.resources`);
  validateSecurityContext(errors, objectAt(container, "securityContext"), `${path}.securityContext`);
}

function validateLifecycle(errors: FieldErrors, container: JsonObject, path: string): void {
  const lifecycle = objectAt(container, "lifecycle");
  for (const hook of ["postStart", "preStop"]) {
    const handler = objectAt(lifecycle, hook);
    if (handler !== undefined) validateHandler(errors, handler, `${path}.lifecycle.${hook}`);
  }
  for (const field of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = objectAt(container, field);
    if (probe !== undefined) validateProbe(errors, probe, `${path}.${field}`, field !== "readinessProbe");
  }
}

function validatePorts(errors: FieldErrors, container: JsonObject, scope: ContainerScope, path: string): void {
  const names = new Set<string>();
  for (const [index, port] of objectsAt(container, "ports").entries()) {
    const at = `${path}.ports[${index}]`;
    const name = stringAt(port, "name");
    if (name !== "") {
      const messages = portName(name);
      errors.invalidEach(`${at}.name`, name, messages);
      if (messages.length === 0 && names.has(name)) errors.duplicate(`${at}.name`, name);
      names.add(name);
    }
    const containerPort = numberAt(port, "containerPort") ?? 0;
    const hostPort = numberAt(port, "hostPort") ?? 0;
    if (containerPort === 0) errors.required(`${at}.containerPort`);
    else errors.invalidEach(`${at}.containerPort`, containerPort, portNumber(containerPort));
    if (hostPort !== 0) errors.invalidEach(`${at}.hostPort`, hostPort, portNumber(hostPort));
    if (scope.hostNetwork && hostPort !== 0 && hostPort !== containerPort) {
      errors.invalid(`${at}.hostPort`, hostPort, "must match `containerPort` when `hostNetwork` is true");
    }
    validateChoice(errors, port, "protocol", PROTOCOLS, at);
  }
}

function validateHostPorts(errors: FieldErrors, containers: readonly JsonObject[], path: string): void {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [position, port] of objectsAt(container, "ports").entries()) {
      if (!port.hostPort) continue;
      const key = `${stringAt(port, "protocol")}/${stringAt(port, "hostIP")}/${port.hostPort}`;
      if (taken.has(key)) errors.duplicate(`${path}[${index}].ports[${position}].hostPort`, key);
      taken.add(key);
    }
  }
}

function validateEnv(errors: FieldErrors, container: JsonObject, path: string): void {
  for (const [index, variable] of objectsAt(container, "env").entries()) {
    const at = `${path}.env[${index}]`;
    const name = stringAt(variable, "name");
    if (name === "") errors.required(`${at}.name`);
    else errors.invalidEach(`${at}.name`, name, environmentVariableName(name));
    const from = objectAt(variable, "valueFrom");
    if (from !== undefined) validateEnvSource(errors, from, stringAt(variable, "value"), `${at}.valueFrom`);
  }
  for (const [index, source] of objectsAt(container, "envFrom").entries()) {
    const at = `${path}.envFrom[${index}]`;
    const present = ["configMapRef", "secretRef"].filter((field) => objectAt(source, field) !== undefined);
    const prefix = stringAt(source, "prefix");
    if (prefix !== "") errors.invalidEach(`${at}.prefix`, prefix, environmentVariableName(prefix));
    if (present.length === 0) errors.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
    if (present.length > 1) errors.invalid(at, "", "may not have more than one field specified at a time");
    for (const field of present) validateReference(errors, objectAt(source, field) ?? {}, `${at}.${field}`);
  }
}

function validateReference(errors: FieldErrors, reference: JsonObject, path: string): void {
  const name = stringAt(reference, "name");
  if (name === "") errors.required(`${path}.name`);
  else errors.invalidEach(`${path}.name`, name, dnsSubdomain(name));
}

function validateEnvSource(errors: FieldErrors, source: JsonObject, value: string, path: string): void {
  const present = ENV_SOURCES.filter((field) => objectAt(source, field) !== undefined);
  for (const field of present) {
    const chosen = objectAt(source, field) ?? {};
    if (field === "fieldRef") validateFieldRef(errors, chosen, `${path}.fieldRef`);
    else if (field === "resourceFieldRef") {
      if (stringAt(chosen, "resource") === "") errors.required(`${path}.resourceFieldRef.resource`);
    } else if (field !== "fileKeyRef") validateKeyRef(errors, chosen, `${path}.${field}`);
  }
  const all = ENV_SOURCES.map((field) => `\`${field}\``);
  if (present.length === 0)
    errors.invalid(path, "", `must specify one of: ${all.slice(0, -1).join(", ")} or ${all.at(-1)}`);
  else if (value !== "") errors.invalid(path, "", "may not be specified when `value` is not empty");
  else if (present.length > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
}

function validateKeyRef(errors: FieldErrors, reference: JsonObject, path: string): void {
  validateReference(errors, reference, path);
  const key = stringAt(reference, "key");
  if (key === "") errors.required(`${path}.key`);
  else errors.invalidEach(`${path}.key`, key, configMapKey(key));
}

/** A field of the pod, as the downward API names it. */
export function validateFieldRef(errors: FieldErrors, reference: JsonObject, path: string): void {
  const fieldPath = stringAt(reference, "fieldPath");
  if (stringAt(reference, "apiVersion") === "") errors.required(`${path}.apiVersion`);
  else if (fieldPath === "") errors.required(`${path}.fieldPath`);
  else if (!POD_FIELDS.has(fieldPath) && !/^metadata\.(labels|annotations)(\['[^']+'\])?$/.test(fieldPath)) {
    errors.invalid(
      `${path}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label not supported: ${fieldPath}`,
    );
  }
}

function validateMounts(errors: FieldErrors, container: JsonObject, scope: ContainerScope, path: string): void {
  const mounted = new Set<string>();
  for (const [index, mount] of objectsAt(container, "volumeMounts").entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    const name = stringAt(mount, "name");
    const mountPath = stringAt(mount, "mountPath");
    if (name === "") errors.required(`${at}.name`);
    if (mountPath === "") errors.required(`${at}.mountPath`);
    if (!scope.volumes.has(name)) errors.notFound(`${at}.name`, name);
    if (mounted.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, "must be unique");
    mounted.add(mountPath);
    for (const field of ["subPath", "subPathExpr"]) {
      if (stringAt(mount, field) !== "") validateLocalPath(errors, stringAt(mount, field), `${at}.${field}`);
    }
    if (stringAt(mount, "subPath") !== "" && stringAt(mount, "subPathExpr") !== "") {
      errors.invalid(`${at}.subPathExpr`, mount.subPathExpr, "subPathExpr and subPath are mutually exclusive");
    }
  }
  for (const [index, device] of objectsAt(container, "volumeDevices").entries()) {
    const at = `${path}.volumeDevices[${index}]`;
    const name = stringAt(device, "name");
    if (name === "") errors.required(`${at}.name`);
    if (stringAt(device, "devicePath") === "") errors.required(`${at}.devicePath`);
    if (!scope.volumes.has(name)) errors.notFound(`${at}.name`, name);
  }
}

/** A path below something: neither absolute nor upwards. */
export function validateLocalPath(errors: FieldErrors, value: string, path: string): void {
  if (value.startsWith("/")) errors.invalid(path, value, "must be a relative path");
  if (value.split("/").includes("..")) errors.invalid(path, value, "must not contain '..'");
}

function validateSecurityContext(errors: FieldErrors, context: JsonObject | undefined, path: string): void {
  if (context === undefined) return;
  for (const field of ["runAsUser", "runAsGroup"]) {
    const id = numberAt(context, field);
    if (id !== undefined && (id < 0 || id > 2147483647)) {
      errors.invalid(`${path}.${field}`, id, "must be between 0 and 2147483647, inclusive");
    }
  }
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) {
    errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
  const added = objectAt(context, "capabilities")?.add;
  if (Array.isArray(added) && added.some((one) => one === "CAP_SYS_ADMIN")) {
    errors.invalid(
      path,
      context,
      "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
    );
  }
}
