import type { CallScope } from "../../resources/options.ts";

export interface PortForwardOptions extends CallScope {
  /** The local port, where one port is forwarded; 0 chooses one that is free. Default: the remote port's number. */
  readonly localPort?: number | undefined;
  /** Where to listen: IP addresses of this machine, or `localhost` for 127.0.0.1 and ::1. Default `localhost`. */
  readonly address?: string | readonly string[] | undefined;
  /** How long a pod that runs is waited for, at first and by a connection that finds none. Default 60 000. */
  readonly podRunningTimeoutMs?: number | undefined;
  /**
   * How long the pod may be silent once a client has finished sending: the protocol cannot tell the pod, so the
   * connection must be ended from here. Default 5000.
   */
  readonly lingerMs?: number | undefined;
  /** Told of every pod and connection. What it throws ends the port-forward. */
  readonly onEvent?: ((event: PortForwardEvent) => void) | undefined;
}

/** What happens to a port-forward. */
export type PortForwardEvent =
  /** New connections go to that pod from now on. */
  | { readonly type: "pod"; readonly pod: string }
  /** No pod runs at present; new connections wait for one. */
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "opened"; readonly connection: number; readonly port: ForwardedPort; readonly pod: string }
  | {
      readonly type: "ended";
      readonly connection: number;
      readonly port: ForwardedPort;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  /** The client's connection was reset: the pod refused it, or the way to it was lost. */
  | {
      readonly type: "failed";
      readonly connection: number;
      readonly port: ForwardedPort;
      readonly pod: string | undefined;
      readonly error: Error;
    };

/** One port that is listened on. */
export interface ForwardedPort {
  readonly localPort: number;
  /** As it was asked for: a number, or a name. */
  readonly remotePort: number | string;
  /** The local addresses that are listened on. */
  readonly addresses: readonly string[];
}
