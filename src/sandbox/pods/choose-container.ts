import { badRequest } from "../model/status-error.ts";
import { allContainers, type Container, type Pod } from "./pod.ts";

/**
 * The container that a request for a pod's log or a command names; it may be left out where the pod has but one. Throws
 * the 400.
 */
export function chooseContainer(pod: Pod, name: string | undefined): Container {
  const { containers, initContainers = [] } = pod.spec;
  const podName = pod.metadata.name ?? "";
  if (name === undefined || name === "") {
    const [only, ...more] = containers;
    if (only !== undefined && more.length === 0) return only;
    const inits = initContainers.length === 0 ? "" : ` or one of the init containers: [${namesOf(initContainers)}]`;
    const choice = `choose one of: [${namesOf(containers)}]${inits}`;
    throw badRequest(`a container name must be specified for pod ${podName}, ${choice}`);
  }
  const found = allContainers(pod).find((one) => one.name === name);
  if (found === undefined) throw badRequest(`container ${name} is not valid for pod ${podName}`);
  return found;
}

function namesOf(containers: readonly Container[]): string {
  return containers.map(({ name }) => name).join(" ");
}
