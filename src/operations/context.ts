import type { Connection } from "../config/connection.ts";
import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import type { ApiResource } from "../core/resource.ts";
import type { Discovery } from "../discovery/discovery.ts";
import type { Hold } from "../resources/held.ts";
import type { ShowProgress } from "../resources/progress.ts";
import type { Scope } from "../resources/scope.ts";
import type { Timing } from "../resources/timing.ts";
import type { Transport } from "../transport/transport.ts";
import type { ResourceHelper } from "./resource-helper.ts";

/** What an operation that is not one resource's stands on: a cluster in a scope, as a handle has it. */
export interface OperationContext {
  /** For messages: the kubeconfig context, and the URL of the server. */
  readonly context: string;
  readonly server: string;
  readonly transport: Transport;
  /** The connection behind the transport: its server and authorities, for what is handed to others. */
  connection(): Promise<Connection>;
  readonly discovery: Discovery;
  readonly scope: Scope;
  readonly timing: Timing;
  /** Whether the handle only tries its writes. */
  readonly isDryRun: boolean;
  /** Whether no write is stored, by a dry run or by a plan: then there is nothing to wait for after one. */
  readonly storesNothing: boolean;
  readonly showProgress: ShowProgress;
  readonly hold: Hold;
  /** The helper of any name that kubectl takes, in the scope. */
  resource<T extends KubernetesObject = UnknownObject>(name: string): ResourceHelper<T>;
  /** The helper of a resource that discovery found, in the scope. */
  helperOf<T extends KubernetesObject = UnknownObject>(resource: ApiResource): ResourceHelper<T>;
  /** The signal for long work: the caller's own, else that of what is being run. Ask as the call begins. */
  signalFor(signal: AbortSignal | undefined): AbortSignal | undefined;
}
