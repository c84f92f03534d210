import type { Duplex } from "node:stream";
import type { ApiRequest } from "../core/request.ts";

/** What every call on a {@link Transport} takes. */
export interface CallOptions {
  /** Ends the call, and a stream that it opened, at any moment. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer read whole. Any HTTP status is an answer; only the lack of one is thrown. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case; repeated headers as arrays. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** An answer whose body arrives as it is read: the reader's pace is the sender's. */
export interface StreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Read once. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An upgraded connection (WebSocket) for exec, attach and port-forward. Frames are whole binary messages. */
export interface ChannelSocket {
  /** The sub-protocol that the server chose. */
  readonly protocol: string;
  /** Resolves when the frame has been handed to the kernel: awaiting it is back-pressure. Until then its bytes stay as they are. */
  send(frame: Uint8Array): Promise<void>;
  /** Frames as they arrive; the socket is paused while no one asks. Ends when the peer closes. */
  readonly frames: AsyncIterable<Uint8Array>;
  close(code?: number, reason?: string): void;
}

/** A request to upgrade. */
export interface OpenRequest extends Pick<ApiRequest, "path" | "query" | "headers"> {
  /** Offered sub-protocols, best first. */
  readonly protocols: readonly string[];
}

/** A request to leave HTTP for any protocol: its headers hold `connection: Upgrade` and `upgrade: PROTOCOL`. */
export interface UpgradeRequest extends Pick<ApiRequest, "method" | "path" | "query" | "rawQuery" | "headers"> {
  /** Idle time after which the kernel probes a silent peer. Default the transport's. */
  readonly keepAliveMs?: number | undefined;
}

/** The connection itself, in whatever protocol both sides speak now; or the answer of a server that stays with HTTP. */
export type UpgradeResponse =
  | (Pick<StreamResponse, "status" | "headers"> & { readonly type: "upgraded"; readonly connection: Duplex })
  | (StreamResponse & { readonly type: "refused" });

/**
 * The one way to a server. The undici transport is the innermost; authentication, retry, tracing, planning,
 * recording, replaying and observing are wrappers with this same interface.
 */
export interface Transport {
  /** Sends and reads the whole answer. Rejects with ConnectionError or AbortError only. */
  send(request: ApiRequest, options?: CallOptions): Promise<ApiResponse>;
  /** Sends and resolves as soon as the headers are there. */
  stream(request: ApiRequest, options?: CallOptions): Promise<StreamResponse>;
  /** Upgrades to a WebSocket. A refused upgrade rejects with ApiError. */
  open(request: OpenRequest, options?: CallOptions): Promise<ChannelSocket>;
  /** Upgrades to any protocol and hands over the raw connection, which the signal also ends. */
  upgrade(request: UpgradeRequest, options?: CallOptions): Promise<UpgradeResponse>;
  /** Closes every connection. Calls under way are ended. */
  close(): Promise<void>;
}
