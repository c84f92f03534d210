import type { Connection } from "../config/connection.ts";
import type { CredentialSource } from "../config/credential-source.ts";
import { authenticate } from "./authenticate.ts";
import { type ObservedRequest, observe } from "./observe.ts";
import { type PlanListener, plan } from "./plan.ts";
import { type Recorder, record } from "./record.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { type TraceOptions, trace } from "./trace.ts";
import type { Transport } from "./transport.ts";
import { type UndiciTransportOptions, undiciTransport } from "./undici-transport.ts";
import { type WarningListener, warn } from "./warn.ts";

/** What a connection's transport is made of besides the wire. */
export interface ConnectOptions {
  /** Who logs in: see `createCredentialSource` of `config`. */
  readonly credentials: CredentialSource;
  readonly http?: UndiciTransportOptions | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Writes each request as it goes over the wire, retries included. */
  readonly trace?: Omit<TraceOptions, "connection"> | undefined;
  /** Keeps every exchange, as the caller sees it. */
  readonly recorder?: Recorder | undefined;
  /** Makes every write a dry run and tells of it. */
  readonly plan?: PlanListener | undefined;
  /** Told of every request that the caller makes. */
  readonly observe?: ((request: ObservedRequest) => void) | undefined;
  /** Told of what the server warns of: deprecated versions, unknown fields. Default: nobody is. */
  readonly warn?: WarningListener | undefined;
  /** What takes the place of the HTTP transport: tests, replays. */
  readonly wire?: Transport | undefined;
}

/**
 * The whole transport of one connection. From the caller to the wire: observe, record, plan, warn, retry, authenticate,
 * trace, HTTP.
 */
export function connect(connection: Connection, options: ConnectOptions): Transport {
  const { credentials, http, wire } = options;
  let transport = wire ?? undiciTransport(connection, credentials, http);
  if (options.trace) transport = trace(transport, { ...options.trace, connection });
  transport = authenticate(transport, {
    credentials,
    impersonate: connection.impersonate,
    server: connection.server,
    user: connection.user,
  });
  transport = retry(transport, options.retry);
  if (options.warn) transport = warn(transport, options.warn);
  if (options.plan) transport = plan(transport, options.plan);
  if (options.recorder) transport = record(transport, options.recorder);
  if (options.observe) transport = observe(transport, options.observe);
  return transport;
}
