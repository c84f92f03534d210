import type { CredentialSource } from "../../../src/config/credential-source.ts";
import type { ApiResource } from "../../../src/core/resource.ts";
import { ResourceClient } from "../../../src/resources/client.ts";
import { systemTiming } from "../../../src/resources/timing.ts";
import { createSandbox, type Faults, type Registry, startSandbox } from "../../../src/sandbox/index.ts";
import { connect } from "../../../src/transport/connect.ts";
import { handlerTransport } from "../../../src/transport/handler-transport.ts";
import type { Transport } from "../../../src/transport/transport.ts";
import type { ConfigMap } from "../../../src/types/core-v1.ts";
import { connectionTo } from "../../transport/support/servers.ts";

/** How a client reaches the sandbox. */
export const WAYS = ["in process", "over TLS"] as const;

/** A sandbox without controllers and the whole client on it, whose waits are cut short and noted. */
export interface Client extends AsyncDisposable {
  readonly faults: Faults;
  readonly registry: Registry;
  readonly transport: Transport;
  readonly configMaps: ResourceClient<ConfigMap>;
  /** What the client's retries waited, in milliseconds. */
  readonly waits: number[];
  /** What the server holds, by name and version. */
  state(): string[];
  write(name: string, value: string): void;
  remove(name: string): void;
}

const CONFIG_MAPS: ApiResource = {
  group: "",
  version: "v1",
  name: "configmaps",
  singularName: "configmap",
  kind: "ConfigMap",
  namespaced: true,
  shortNames: ["cm"],
  categories: [],
  verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
  subresources: [],
  preferred: true,
};

const ADMIN = { username: "admin", groups: ["system:masters"] };

/** A credential that always is this token. */
export function tokenSource(token: string): CredentialSource {
  return {
    now: () => Date.now(),
    current: async () => ({ authorization: `Bearer ${token}` }),
    invalidate: () => false,
  };
}

export async function startClient(
  way: (typeof WAYS)[number],
  credentials: CredentialSource = tokenSource("first"),
): Promise<Client> {
  const options = { controllers: false, staticTokens: new Map([["first", ADMIN]]) };
  const waits: number[] = [];
  const retry = { sleep: async (ms: number) => void waits.push(ms) };
  if (way === "in process") {
    const sandbox = createSandbox(options);
    const wire = handlerTransport((request) => sandbox.handle(request));
    const transport = connect(connectionTo("https://sandbox"), { credentials, retry, wire });
    return clientOn(sandbox, transport, waits, () => sandbox.close());
  }
  const sandbox = await startSandbox(options);
  const tls = { ca: sandbox.certificateAuthority, insecureSkipVerify: false };
  const transport = connect(connectionTo(sandbox.url, { tls }), { credentials, retry });
  return clientOn(sandbox, transport, waits, () => sandbox.close());
}

export function clientOn(
  { faults, registry }: { faults: Faults; registry: Registry },
  transport: Transport,
  waits: number[],
  stop: () => void | Promise<void>,
): Client {
  const write = { manager: "test" };
  const timing = {
    ...systemTiming,
    sleep: (ms: number, signal?: AbortSignal) => systemTiming.sleep(Math.min(ms, 2), signal),
  };
  return {
    faults,
    registry,
    transport,
    waits,
    configMaps: new ResourceClient<ConfigMap>({
      transport,
      timing,
      resource: CONFIG_MAPS,
      scope: { type: "namespace", namespace: "default", chosen: false },
    }),
    state: () => registry.list("configmaps", "default").map(described).sort(),
    write(name, value) {
      const data = { value };
      const found = registry.modify("configmaps", "default", name, (live) => ({ ...live, data }), write);
      if (found === undefined) registry.create("configmaps", "default", { metadata: { name }, data }, write);
    },
    remove: (name) => void registry.delete("configmaps", "default", name),
    async [Symbol.asyncDispose]() {
      await transport.close();
      await stop();
    },
  };
}

export function described({ metadata }: { metadata?: { name?: string; resourceVersion?: string } }): string {
  return `${metadata?.name}@${metadata?.resourceVersion}`;
}

/** Resolves once the condition holds; fails with the last state seen after five seconds. */
export async function eventually(holds: () => boolean, seen: () => unknown = () => ""): Promise<void> {
  for (const until = Date.now() + 5_000; !holds(); ) {
    if (Date.now() > until) throw new Error(`not reached within 5 s: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
