import type { ApplyOptions } from "../../resources/options.ts";
import type { AppliedObject } from "./applied-object.ts";
import type { PruneOptions } from "./inventory.ts";
import type { ReadOptions } from "./manifests.ts";

/** How manifests are applied. */
export interface ApplyManifestsOptions extends ApplyOptions, ReadOptions, PruneOptions {
  /**
   * Asks the server about every object, as a dry run, before the first is written: one more request for each. Default
   * true.
   */
  readonly validate?: boolean | undefined;
  /** What of fields that the server does not know. Default `Strict`, as kubectl: they are refused. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
  /** Then waits until every object is in working order, and what was pruned is gone. Default false. */
  readonly wait?: boolean | undefined;
  /** How long to wait for that. Default 300 000. */
  readonly timeoutMs?: number | undefined;
  /** How long to wait for a definition that was just applied to be served. Default 10 000. */
  readonly definitionTimeoutMs?: number | undefined;
  /** Told of each object as soon as it is applied or pruned. */
  readonly onProgress?: ((applied: AppliedObject) => void) | undefined;
}
