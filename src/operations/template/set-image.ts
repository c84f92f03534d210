import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { patchContainers } from "./pod-template.ts";

/** Gives containers, init containers included, other images; `"*"` is for those that are not named. */
export async function setImages<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  images: Readonly<Record<string, string>>,
  options: WriteOptions = {},
): Promise<T> {
  const action = "set the image of";
  for (const [container, image] of Object.entries(images)) {
    if (typeof image === "string" && /^\S+$/.test(image)) continue;
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot ${action} container "${container}" of "${name}": ${JSON.stringify(image)} is not an image`,
    );
  }
  const named = Object.keys(images).filter((one) => one !== "*");
  if (Object.keys(images).length === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot ${action} "${name}": no image is given`, {
      hint: 'Name containers with their images: { web: "nginx:1.29" }, or all of them: { "*": "nginx:1.29" }.',
    });
  }
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
