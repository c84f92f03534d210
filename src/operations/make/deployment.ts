import type { Deployment } from "../../types/apps-v1.ts";
import { type ContainerOptions, containerNames, containerOf } from "./containers.ts";
import { given, listOf, type MakeOptions, making, metadataFor, portNumber, wholeNumber } from "./making.ts";

export interface MakeDeploymentOptions extends MakeOptions, ContainerOptions {
  /** One container for each. */
  readonly image: string | readonly string[];
  /** Default 1. */
  readonly replicas?: number | undefined;
  /** That the first container listens on. */
  readonly port?: number | undefined;
}

export function makeDeployment(name: string, options: MakeDeploymentOptions): Deployment {
  const refuse = making("Deployment", name, options, ["image", "replicas", "port", "command", "env"]);
  const { replicas = 1, port, command, env } = options;
  const images = listOf(options.image);
  if (images.length > 1 && (command?.length ?? 0) > 0) {
    throw refuse("a command is given for several images", "Leave it out, or make the containers yourself.");
  }
  const names = containerNames(images);
  const containers = (images.length === 0 ? [undefined] : images).map((image, index) =>
    containerOf(refuse, names[index] ?? "", image, { command, env }),
  );
  const [first] = containers;
  if (port !== undefined && first !== undefined) {
    first.ports = [{ containerPort: portNumber(refuse, "port", port) }];
  }
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataFor(name, options, labels),
    spec: {
      replicas: wholeNumber(refuse, "replicas", replicas, 0, 2_147_483_647),
      selector: { matchLabels: labels },
      template: { metadata: given({ labels: { ...labels, ...options.labels } }), spec: { containers } },
    },
  };
}
