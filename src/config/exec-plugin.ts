import { unlessAborted } from "../core/abort.ts";
import type { Connection, ExecConfig } from "./connection.ts";
import { type ExecCredential, execCluster } from "./exec-credential.ts";
import { type ExecSurroundings, runExecPlugin } from "./run-exec-plugin.ts";

/** A plugin's last answer. */
interface Cached {
  readonly credential: ExecCredential;
  /** When the run that gave it began. */
  readonly issuedAt: number;
}

/**
 * Credentials of exec plugins, one for each plugin configuration and cluster, however many connections share it.
 * Each key runs once at a time: callers that come meanwhile share the run.
 */
export class ExecPlugins {
  readonly #surroundings: ExecSurroundings;
  readonly #now: () => number;
  readonly #cached = new Map<string, Cached>();
  readonly #running = new Map<string, Promise<Cached>>();

  constructor(surroundings: ExecSurroundings, now: () => number) {
    this.#surroundings = surroundings;
    this.#now = now;
  }

  /** The credential of this moment; the plugin runs when there is none or it has expired. */
  async credential(exec: ExecConfig, connection: Connection, signal?: AbortSignal): Promise<ExecCredential> {
    const key = cacheKey(exec, connection);
    const cached = this.#cached.get(key);
    if (cached !== undefined && !this.#expired(cached)) return cached.credential;
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#run(key, exec, connection).finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return (await unlessAborted(running, signal)).credential;
  }

  /** Drops an answer of a run that began before that time; true when the plugin will run again. */
  invalidate(exec: ExecConfig, connection: Connection, issuedBefore: number): boolean {
    const key = cacheKey(exec, connection);
    const cached = this.#cached.get(key);
    if (cached === undefined || cached.issuedAt >= issuedBefore) return false;
    return this.#cached.delete(key);
  }

  #expired({ credential }: Cached): boolean {
    return credential.expiresAt !== undefined && credential.expiresAt <= this.#now();
  }

  async #run(key: string, exec: ExecConfig, connection: Connection): Promise<Cached> {
    const issuedAt = this.#now();
    const credential = await runExecPlugin(exec, execCluster(connection, exec), this.#surroundings);
    const cached = { credential, issuedAt };
    this.#cached.set(key, cached);
    return cached;
  }
}

/** The whole configuration and the cluster: two contexts that differ in either never share a credential. */
function cacheKey(exec: ExecConfig, connection: Connection): string {
  return JSON.stringify([exec, execCluster(connection, exec)]);
}
