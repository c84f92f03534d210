import { createHash } from "node:crypto";

/** A reference with its registry, path and tag spelt out, as the container runtime reports it. */
export function canonicalImage(image: string): string {
  const slash = image.indexOf("/");
  const host = slash < 0 ? "" : image.slice(0, slash);
  const hasHost = host.includes(".") || host.includes(":") || host === "localhost";
  const path = hasHost ? image : slash < 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
  const lastPart = path.slice(path.lastIndexOf("/") + 1);
  return lastPart.includes(":") || lastPart.includes("@") ? path : `${path}:latest`;
}

/** A made-up but stable digest: the same image has the same one on every node and in every run. */
export function imageId(image: string): string {
  return `sha256:${digest(`image ${canonicalImage(image)}`)}`;
}

/** A made-up size of the image in bytes, between 2 and 100 MB, stable as well. */
export function imageSize(image: string): number {
  return 2_000_000 + (Number.parseInt(digest(`size ${canonicalImage(image)}`).slice(0, 8), 16) % 98_000_000);
}

/** `containerd://…`, one for each start of each container. */
export function containerId(podUid: string, container: string, restarts: number): string {
  return `containerd://${digest(`container ${podUid} ${container} ${restarts}`)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
