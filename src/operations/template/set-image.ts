import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { entriesGiven } from "./entries-given.ts";
import { patchContainers } from "./pod-template.ts";

/** Gives containers, init containers included, other images; `"*"` is for those that are not named. */
export async function setImages<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  images: Readonly<Record<string, string>>,
  options: WriteOptions = {},
): Promise<T> {
  const action = "set the image of";
  const entries = entriesGiven(
    images,
    `${action} "${name}"`,
    "no image is given",
    'Name containers with their images: { web: "nginx:1.29" }, or all of them: { "*": "nginx:1.29" }.',
  );
  for (const [container, image] of entries) {
    if (typeof image === "string" && /^\S+$/.test(image)) continue;
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot ${action} container "${container}" of "${name}": ${JSON.stringify(image)} is not an image`,
    );
  }
  const named = entries.map(([container]) => container).filter((one) => one !== "*");
  const all = images["*"];
  // Those that are named must be there also where the rest gets another image.
  return patchContainers(
    client,
    name,
    action,
    all === undefined ? named : { named },
    (container) => {
      const image = images[container.name] ?? all;
      return image === undefined || image === container.image ? undefined : { image };
    },
    options,
  );
}
