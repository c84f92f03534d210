import type { ApiRequest } from "../../src/core/request.ts";
import { Discovery } from "../../src/discovery/discovery.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import type { Resources } from "../../src/schedule/resources.ts";
import { handlerTransport } from "../../src/transport/handler-transport.ts";
import type { Transport } from "../../src/transport/transport.ts";

/** A sandbox in process, and the client's resources on it as its administrator. */
export interface SandboxResources {
  readonly sandbox: Sandbox;
  readonly transport: Transport;
  readonly resources: Resources;
  close(): Promise<void>;
}

/** Starts one; `fail` may answer a request instead of the sandbox. */
export function sandboxResources(
  options: SandboxOptions & { readonly fail?: (request: Request) => Response | undefined } = {},
): SandboxResources {
  const sandbox = createSandbox({
    staticTokens: new Map([["t", { username: "admin", groups: ["system:masters"] }]]),
    ...options,
  });
  const inner = handlerTransport(async (request) => options.fail?.(request) ?? sandbox.handle(request, {}));
  const withToken = <R extends Pick<ApiRequest, "headers">>(request: R): R => ({
    ...request,
    headers: { ...request.headers, authorization: "Bearer t" },
  });
  const transport: Transport = {
    send: (request, call) => inner.send(withToken(request), call),
    stream: (request, call) => inner.stream(withToken(request), call),
    open: (request, call) => inner.open(withToken(request), call),
    upgrade: (request, call) => inner.upgrade(withToken(request), call),
    close: () => inner.close(),
  };
  const discovery = new Discovery(transport);
  return {
    sandbox,
    transport,
    resources: (name, namespace = "default") =>
      new ResourceHelper({
        transport,
        resource: () => discovery.resolve(name),
        scope: namespace === "*" ? { type: "everywhere" } : { type: "namespace", namespace, chosen: false },
      }),
    close: async () => {
      await transport.close();
      sandbox.close();
    },
  };
}
