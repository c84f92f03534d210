import type { Container, ContainerStatus, EphemeralContainer, Pod } from "../../types/core-v1.ts";

/** The containers of a pod's spec, of every sort, in the order in which they start: init, ordinary, ephemeral. */
export function podContainers({ spec }: Pod): (Container | EphemeralContainer)[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
}

/** What is known of a container of any sort. */
export function containerStatus({ status }: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }) => name === container,
  );
}
