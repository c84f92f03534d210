import { behaviourOf } from "./annotations.ts";
import { backoffMs, formatDuration } from "./backoff.ts";
import { canonicalImage, imageSize } from "./images.ts";
import type { PodContext } from "./pod-context.ts";
import type { ContainerRuntime } from "./pod-runtime.ts";

/** Brings the container's image onto the node, then calls `present`; a pull that fails is tried again and again. */
export function pullImage(context: PodContext, container: ContainerRuntime, present: () => void): void {
  const { node, state } = context;
  const image = container.spec.image ?? "";
  const { pullFails, pullMs } = behaviourOf(state.pod, container.spec.name);
  const policy = container.spec.imagePullPolicy ?? "IfNotPresent";
  if (policy !== "Always" && node.hasImage(image) && !pullFails) {
    const message = `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`;
    context.event(container, "Normal", "Pulled", message);
    present();
    return;
  }
  if (policy === "Never") {
    const message = `Container image ${JSON.stringify(image)} is not present with pull policy of Never`;
    context.event(container, "Warning", "ErrImageNeverPull", message);
    container.phase = { state: "waiting", reason: "ErrImageNeverPull", message };
    context.report();
    return;
  }
  context.event(container, "Normal", "Pulling", `Pulling image ${JSON.stringify(image)}`);
  context.after(pullMs, () => {
    if (pullFails) {
      failPull(context, container, present);
      return;
    }
    node.addImage(image);
    const took = formatDuration(pullMs);
    const pulled = `Successfully pulled image ${JSON.stringify(image)} in ${took} (${took} including waiting).`;
    context.event(container, "Normal", "Pulled", `${pulled} Image size: ${imageSize(image)} bytes.`);
    present();
  });
}

function failPull(context: PodContext, container: ContainerRuntime, present: () => void): void {
  const image = JSON.stringify(container.spec.image ?? "");
  const full = canonicalImage(container.spec.image ?? "");
  const unpack = `failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
  const cause = `rpc error: code = NotFound desc = ${unpack}`;
  context.event(container, "Warning", "Failed", `Failed to pull image ${image}: ${cause}`);
  context.event(container, "Warning", "Failed", "Error: ErrImagePull");
  container.phase = { state: "waiting", reason: "ErrImagePull", message: cause };
  container.failures++;
  context.report();
  context.after(1000, () => {
    const message = `Back-off pulling image ${image}`;
    context.event(container, "Normal", "BackOff", message);
    context.event(container, "Warning", "Failed", "Error: ImagePullBackOff");
    container.phase = { state: "waiting", reason: "ImagePullBackOff", message: `${message}: ErrImagePull: ${cause}` };
    context.report();
    context.after(backoffMs(container.failures), () => pullImage(context, container, present));
  });
}
