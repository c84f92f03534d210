import type { Pod } from "../../types/core-v1.ts";

/** A port that a container says it has. */
export interface DeclaredPort {
  readonly name?: string | undefined;
  readonly number: number;
  readonly protocol: string;
}

/** The ports of what runs in a pod for good: its containers, and init containers that are side-cars. */
export function containerPorts({ spec }: Pod): DeclaredPort[] {
  const sideCars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...(spec?.containers ?? []), ...sideCars].flatMap(({ ports = [] }) =>
    ports.map(({ name, containerPort, protocol = "TCP" }) => ({ name, number: containerPort, protocol })),
  );
}

/** A port as hints name it: `http (80)`. */
export function portText(name: string | undefined, number: number): string {
  return name === undefined || name === "" ? String(number) : `${name} (${number})`;
}
