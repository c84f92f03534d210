import type { Connection, Impersonation } from "../config/connection.ts";
import { Discovery } from "../discovery/discovery.ts";
import { OpenApiDocuments } from "../discovery/openapi.ts";
import type { Held, Hold } from "../resources/held.ts";
import type { ShowProgress } from "../resources/progress.ts";
import type { LendTerminal } from "../resources/terminal.ts";
import type { Transport } from "../transport/transport.ts";

/** The contexts that a session can go over to. */
export interface Contexts {
  readonly names: readonly string[];
  /** The connection of a context. Throws ConfigError for one that does not exist. */
  resolve(name: string): Promise<Connection>;
  /** What is known of a context without resolving it. Throws ConfigError for one that does not exist. */
  describe(name: string): Pick<SessionSettings, "namespace" | "server" | "target">;
}

/** What a session is made of. */
export interface SessionSettings {
  readonly context: string;
  readonly namespace: string;
  readonly server: string;
  /** Names of the kubeconfig's entries. */
  readonly target: { readonly cluster: string; readonly user: string };
  /** Files that sub-processes find the cluster in. */
  readonly files: readonly string[];
  /** Resolved on the first request. */
  readonly connection: () => Promise<Connection>;
  /** @param impersonate as whom, where {@link Session.as} said so: the connection says it, too */
  readonly connect: (connection: Connection, impersonate: Impersonation | undefined) => Transport;
  readonly contexts: Contexts;
  /** Lists are asked for with the server's own columns, which then can be printed. Default false. */
  readonly printed?: boolean;
  /** The transport makes a dry run of every write. Default false. */
  readonly planned?: boolean;
  /** As whom, where {@link Session.as} said so. */
  readonly impersonate?: Impersonation | undefined;
  /** Where long work shows how far it is. Default nowhere. */
  readonly showProgress?: ShowProgress | undefined;
  /** Lends the user's terminal to a remote process. Default: there is none. */
  readonly lendTerminal?: LendTerminal | undefined;
}

/** What sessions that were derived from one another share, so that closing one closes all. */
interface Family {
  readonly sessions: Set<Session>;
  readonly held: Set<Held>;
}

/** One way to one server, shared by the handles on it: its transport and what was discovered of it. */
export class Session {
  readonly settings: SessionSettings;
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly openApi: OpenApiDocuments;
  readonly #family: Family;

  constructor(settings: SessionSettings, family: Family = { sessions: new Set(), held: new Set() }) {
    this.settings = settings;
    this.transport = deferredTransport(async () => settings.connect(await settings.connection(), settings.impersonate));
    this.discovery = new Discovery(this.transport);
    this.openApi = new OpenApiDocuments(this.transport);
    this.#family = family;
    family.sessions.add(this);
  }

  /** The same server as somebody else. */
  as(impersonate: Impersonation): Session {
    const connection = async (): Promise<Connection> => ({ ...(await this.settings.connection()), impersonate });
    return new Session({ ...this.settings, connection, impersonate }, this.#family);
  }

  /** Another context of the same kubeconfig. */
  use(name: string): Session {
    const { contexts } = this.settings;
    const described = contexts.describe(name);
    const connection = once(() => contexts.resolve(name));
    return new Session(
      { ...this.settings, ...described, context: name, connection, impersonate: undefined },
      this.#family,
    );
  }

  /** A context, this or another of the same kubeconfig, as the same user; closed by itself, without this session. */
  apart(name: string): Session {
    const { contexts, context, impersonate } = this.settings;
    if (name === context) return new Session(this.settings);
    const described = contexts.describe(name);
    const connection = once(async () => {
      const resolved = await contexts.resolve(name);
      return impersonate === undefined ? resolved : { ...resolved, impersonate };
    });
    return new Session({ ...this.settings, ...described, context: name, connection });
  }

  /** Has {@link close} end something that goes on after its call; the function returned takes that back. */
  readonly hold: Hold = (held) => {
    this.#family.held.add(held);
    return () => void this.#family.held.delete(held);
  };

  /** Ends what is held, and closes the connections of this session and of all that were derived from it or that it came from. */
  async close(): Promise<void> {
    const { held, sessions } = this.#family;
    await Promise.all([...held].map((one) => one.close()));
    await Promise.all([...sessions].map((one) => one.transport.close()));
  }
}

/** Runs work on the first call and gives every caller its result; a failure is not kept. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}

/** A transport that is made by its first call. */
function deferredTransport(make: () => Promise<Transport>): Transport {
  const get = once(make);
  let made: Promise<Transport> | undefined;
  const open = (): Promise<Transport> => {
    made = get();
    return made;
  };
  return {
    send: async (request, options) => (await open()).send(request, options),
    stream: async (request, options) => (await open()).stream(request, options),
    open: async (request, options) => (await open()).open(request, options),
    upgrade: async (request, options) => (await open()).upgrade(request, options),
    close: async () => {
      // One that could not be made holds nothing, and its callers know why.
      const transport = await made?.catch(() => undefined);
      await transport?.close();
    },
  };
}
