import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../model/clock.ts";
import { ContainerConfigError } from "../container-runner.ts";
import type { Container, Pod } from "../pod.ts";
import type { ContainerProcess } from "./container-process.ts";
import type { PodFacts } from "./downward.ts";
import { expand } from "./environment.ts";
import type { Mount } from "./root-view.ts";
import { type PlacedVolume, placeVolume, type Volume, type VolumeSources } from "./volumes.ts";

interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

/** How often ConfigMaps and Secrets that change are looked at again; tokens are written anew in time as well. */
const REFRESH_MS = 60_000;

/** One pod's files and processes. */
export class ProcessPod {
  /** The present or last process of each container, and the one before it. */
  readonly processes: Map<string, { current: ContainerProcess; previous: ContainerProcess | undefined }> = new Map();
  readonly #directory: string;
  readonly #sources: VolumeSources;
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(directory: string, sources: VolumeSources, clock: Clock) {
    this.#directory = directory;
    this.#sources = sources;
    this.#clock = clock;
    mkdirSync(directory, { recursive: true });
  }

  /** Takes a new run of a container; the one before it stays for its log. */
  add(container: string, process: ContainerProcess): void {
    this.processes.set(container, { current: process, previous: this.processes.get(container)?.current });
  }

  /** A container's volumes, made ready. Throws ContainerConfigError for what is missing. */
  mounts(container: Container, facts: PodFacts, environment: Readonly<Record<string, string>>): Mount[] {
    const volumes = (facts.pod.spec.volumes ?? []) as Volume[];
    return ((container.volumeMounts ?? []) as VolumeMount[]).map((mount) => {
      const volume = volumes.find(({ name }) => name === mount.name);
      if (volume === undefined) throw new ContainerConfigError(`volume "${mount.name}" not found`);
      const placed = this.#place(volume, facts);
      const inner = mount.subPath ?? (mount.subPathExpr === undefined ? "" : expand(mount.subPathExpr, environment));
      const source = join(placed.path, join("/", inner));
      // A subPath that is not there yet is a directory to be.
      if (inner !== "" && !placed.readOnly && statSync(source, { throwIfNoEntry: false }) === undefined) {
        mkdirSync(source, { recursive: true });
      }
      return { source, target: mount.mountPath, readOnly: placed.readOnly || mount.readOnly === true };
    });
  }

  /** Ends its processes and removes its files; claims stay. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    for (const { current } of this.processes.values()) current.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #place(volume: Volume, facts: PodFacts): PlacedVolume {
    const placed = placeVolume(volume, join(this.#directory, volume.name), facts, this.#sources);
    if (placed.readOnly && volume.hostPath === undefined) this.#refresh(volume, facts, placed.tokenSeconds);
    return placed;
  }

  /** What is mounted follows what it is made from, as a kubelet sees to. */
  #refresh(volume: Volume, facts: PodFacts, tokenSeconds: number | undefined): void {
    const afterMs = Math.min(REFRESH_MS, (tokenSeconds ?? Number.POSITIVE_INFINITY) * 800);
    const cancel = this.#clock.schedule(afterMs, () => {
      this.#cancels.delete(cancel);
      const { namespace = "", name = "", uid } = facts.pod.metadata;
      const pod = this.#sources.registry.get("pods", namespace, name) as Pod | undefined;
      if (pod?.metadata.uid !== uid || pod === undefined) return;
      try {
        this.#place(volume, { ...facts, pod });
      } catch (error) {
        // What has been deleted since stays as it was.
        if (!(error instanceof ContainerConfigError)) throw error;
        this.#refresh(volume, facts, tokenSeconds);
      }
    });
    this.#cancels.add(cancel);
  }
}
