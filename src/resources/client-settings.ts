import type { ApiResource } from "../core/resource.ts";
import type { Transport } from "../transport/transport.ts";
import type { Hold } from "./held.ts";
import type { ShowProgress } from "./progress.ts";
import type { Scope } from "./scope.ts";
import type { LendTerminal } from "./terminal.ts";
import type { Timing } from "./timing.ts";

/** Name under which this product owns fields. */
export const FIELD_MANAGER = "kubescript";

/** What a client stands on. */
export interface ResourceClientSettings {
  readonly transport: Transport;
  /** The resource, or how to find it on first use (discovery); a rejected look-up is made again by the next call. */
  readonly resource: ApiResource | (() => Promise<ApiResource>);
  readonly scope: Scope;
  /** Every write is only tried: the server validates and answers, and stores nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** The transport makes a dry run of every write, as a plan does. Default false. */
  readonly planned?: boolean | undefined;
  /** The signal of what is being run, which ends long work that was given none of its own. Default none. */
  readonly interruption?: (() => AbortSignal) | undefined;
  /** Where long work shows how far it is. Default nowhere. */
  readonly showProgress?: ShowProgress | undefined;
  /** Lends the user's terminal to a remote process. Default: there is none. */
  readonly lendTerminal?: LendTerminal | undefined;
  /** Takes what goes on after its call, to end it with the session. Default: nothing does. */
  readonly hold?: Hold | undefined;
  /** Default {@link FIELD_MANAGER}. */
  readonly fieldManager?: string | undefined;
  readonly timing?: Timing | undefined;
  /** Lists bring along how the server prints their objects. Default false. */
  readonly printed?: boolean | undefined;
  /** What the resource was asked for by, to show while it is not looked up. */
  readonly label?: string | undefined;
}
