import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { deferred } from "../../src/core/deferred.ts";
import { BackingPods } from "../../src/operations/port-forward/backing-pods.ts";
import { carry } from "../../src/operations/port-forward/carry.ts";
import { listen, localAddresses } from "../../src/operations/port-forward/listen.ts";
import type { PortForward } from "../../src/operations/port-forward/port-forward.ts";
import type { PortForwardEvent } from "../../src/operations/port-forward/port-forward-options.ts";
import { parsePorts, resolvePort } from "../../src/operations/port-forward/ports.ts";
import type { ForwardTarget } from "../../src/operations/port-forward/target.ts";
import type { Pod, Service } from "../../src/types/core-v1.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

test("where one of several addresses cannot be listened on, none is", async () => {
  const taken = createServer();
  await once(taken.listen(0, "127.0.0.2"), "listening");
  const { port } = taken.address() as AddressInfo;
  const handlers = { onConnection: () => {}, onError: () => {} };
  await expect(listen(["127.0.0.1", "127.0.0.2"], port, handlers)).rejects.toMatchObject({
    message: `Cannot listen on 127.0.0.2:${port}: the port is taken`,
  });
  const free = createServer();
  await once(free.listen(port, "127.0.0.1"), "listening");
  await Promise.all([free, taken].map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("ports as kubectl writes them", () => {
  test.each([
    [8080, { local: undefined, remote: 8080 }],
    ["8080", { local: undefined, remote: 8080 }],
    ["8080:80", { local: 8080, remote: 80 }],
    [":80", { local: 0, remote: 80 }],
    ["0:80", { local: 0, remote: 80 }],
    ["http", { local: undefined, remote: "http" }],
    ["8080:http-2", { local: 8080, remote: "http-2" }],
  ])("%j", (spec, wanted) => expect(parsePorts(spec, "pods")).toEqual([wanted]));

  test.each([0, 65536, 1.5, "0", "8080:0", "65536:80", "a:80", "80:", "1:2:3", "", "Http", "-1", []])(
    "%j is refused",
    (spec) => expect(() => parsePorts(spec, 'pods "p"')).toThrow(/^Cannot forward ports of pods "p": /),
  );

  test("every pair of numbers is read as it is written", () => {
    const port = fc.integer({ min: 1, max: 65535 });
    fc.assert(
      fc.property(port, port, (local, remote) => {
        expect(parsePorts(`${local}:${remote}`, "pods")).toEqual([{ local, remote }]);
      }),
    );
  });

  test("localPort goes with one port that does not say its own", () => {
    expect(parsePorts(80, "pods", 0)).toEqual([{ local: 0, remote: 80 }]);
    expect(() => parsePorts("1:80", "pods", 0)).toThrow("both say the local one");
    expect(() => parsePorts([80, 81], "pods", 0)).toThrow("localPort is for one port, and these are 2");
  });
});

describe("which port of the pod is meant", () => {
  const pod: Pod = {
    metadata: { name: "web-0" },
    spec: {
      initContainers: [{ name: "mesh", restartPolicy: "Always", ports: [{ name: "admin", containerPort: 15000 }] }],
      containers: [
        {
          name: "web",
          ports: [
            { name: "http", containerPort: 8080 },
            { name: "dns", containerPort: 53, protocol: "UDP" },
          ],
        },
      ],
    },
  };
  const service = (spec: Service["spec"]): Service => ({ metadata: { name: "web" }, spec: { ...spec } });
  const ports = [
    { name: "http", port: 80, targetPort: "http" },
    { name: "plain", port: 81 },
    { name: "other", port: 82, targetPort: 8082 },
  ];
  const ofPod = { label: 'pods "web-0"', service: undefined };
  const ofService = { label: 'services "web"', service: service({ ports }) };

  test("a pod's by number or by name, side-cars included", () => {
    expect(resolvePort(1234, ofPod, pod)).toEqual({ number: 1234, containerPort: 1234 });
    expect(resolvePort("http", ofPod, pod)).toEqual({ number: 8080, containerPort: 8080 });
    expect(resolvePort("admin", ofPod, pod).containerPort).toBe(15000);
  });

  test("a service's leads to its targetPort, a headless one's to the same number", () => {
    expect(resolvePort("http", ofService, pod)).toEqual({ number: 80, containerPort: 8080 });
    expect(resolvePort(81, ofService, pod)).toEqual({ number: 81, containerPort: 81 });
    expect(resolvePort(82, ofService, pod)).toEqual({ number: 82, containerPort: 8082 });
    const headless = { ...ofService, service: service({ ports, clusterIP: "None" }) };
    expect(resolvePort(82, headless, pod).containerPort).toBe(82);
  });

  test("what does not exist is told with what does", () => {
    expect(() => resolvePort("grpc", ofService, pod)).toThrow(
      expect.objectContaining({
        message: 'Cannot forward ports of services "web": it does not have a port named "grpc"',
        hint: "It has http (80), plain (81), other (82).",
      }),
    );
    expect(() => resolvePort("dns", ofPod, pod)).toThrow(
      'Cannot forward port dns of pods "web-0": it is not a TCP port',
    );
    expect(() => resolvePort(53, ofPod, pod)).toThrow("it is not a TCP port");
  });
});

let cluster: StreamCluster;
const servers: Server[] = [];
const forwards: PortForward[] = [];

beforeAll(async () => {
  cluster = await startStreamCluster();
  await cluster.pod();
});
afterEach(async () => {
  await Promise.all(forwards.splice(0).map((forward) => forward.close()));
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => cluster.close());

/** A program in the pods: the test's runtime has them all on this machine. */
async function program(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

const echo = (): Promise<number> => program((socket) => socket.pipe(socket));

async function forwardTo(
  port: number,
  options: Parameters<StreamCluster["k8s"]["pods"]["portForward"]>[2] = {},
): Promise<PortForward> {
  const forward = await cluster.k8s.pods.portForward("p", port, { localPort: 0, ...options });
  forwards.push(forward);
  return forward;
}

/** All that comes back for a text; the sending half stays open unless told to end. */
async function said(port: number, text: string, length: number, host = "127.0.0.1"): Promise<string> {
  const socket = connect(port, host);
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.length >= length) break;
  }
  return answer;
}

/** Resolves once a number has grown and does so no more. */
async function standsStill(number: () => number): Promise<void> {
  let before = 0;
  const isStill = (): boolean => {
    const still = number() === before && before > 0;
    before = number();
    return still;
  };
  await expect.poll(isStill, { interval: 100 }).toBe(true);
}

/** How a connection ended: `end`, or the code of its error. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("end", () => resolve("end"));
    socket.resume();
  });
}

test("a port of a pod answers on both loopback addresses, on a port that is chosen", async () => {
  const forward = await forwardTo(await echo());
  expect(await said(forward.localPort, "one", 3)).toBe("one");
  expect(await said(forward.localPort, "two", 3, "localhost")).toBe("two");
  const { remotePort = 0, addresses = [] } = forward.ports[0] ?? {};
  expect(addresses).toContain("127.0.0.1");
  expect(String(forward)).toContain('Port-forward to pods "p" in default');
  expect(String(forward)).toContain(`127.0.0.1:${forward.localPort}`);
  expect(String(forward)).toContain(`→ ${remotePort}`);
  expect(forward.pod).toBe("p");
});

test("several ports are forwarded, each to its own; many connections at once keep apart", async () => {
  const [one, two] = [await echo(), await program((socket) => socket.end("two"))];
  const forward = await cluster.k8s.pods.portForward("p", [`:${one}`, `:${two}`]);
  forwards.push(forward);
  const [first, second] = forward.ports.map(({ localPort }) => localPort);
  expect(await said(second ?? 0, "", 3)).toBe("two");
  const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  const answers = await Promise.all(texts.map((text) => said(first ?? 0, text, text.length)));
  expect(answers).toEqual(texts);
});

test("an answer that comes after the client has finished sending arrives whole", async () => {
  const port = await program((socket) => {
    socket.once("data", (chunk) => setTimeout(() => socket.end(`late ${chunk}`), 50));
  });
  const { localPort } = await forwardTo(port);
  const socket = connect({ port: localPort, host: "127.0.0.1", allowHalfOpen: true });
  socket.end("question");
  const chunks = await socket.toArray();
  expect(Buffer.concat(chunks).toString()).toBe("late question");
});

test("a client that has gone without a word leaves nothing open in the pod", async () => {
  const left: Promise<unknown>[] = [];
  const port = await program((socket) => {
    socket.resume().once("end", () => socket.end());
    left.push(once(socket, "close"));
  });
  const forward = await forwardTo(port, { lingerMs: 20 });
  connect(forward.localPort, "127.0.0.1").end("bye");
  await expect.poll(() => left.length).toBe(1);
  await left[0];
  await expect.poll(() => forward.connections).toBe(0);
});

test("a slow client holds the pod's program back, and what it reads is whole", async () => {
  const total = 32 * 1024 * 1024;
  let written = 0;
  const chunk = Buffer.alloc(256 * 1024, "x");
  const port = await program((socket) => {
    const more = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!socket.write(chunk)) return void socket.once("drain", more);
      }
      socket.end();
    };
    more();
  });
  const { localPort } = await forwardTo(port);
  const socket = connect(localPort, "127.0.0.1");
  socket.pause();
  await standsStill(() => written);
  expect(written).toBeLessThan(total);
  let received = 0;
  for await (const piece of socket) received += (piece as Buffer).length;
  expect(received).toBe(total);
});

/** Carries a connection of this machine to a pod that sends `payload` until the kernel takes no more, and then ends. */
async function carriedToFullClient(
  payload: number,
  until: (local: Socket) => boolean,
): Promise<{ client: Socket; local: Socket; timers: number[]; carried: ReturnType<typeof carry> }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [local] = (await once(server, "connection")) as [Socket];
  async function* frames(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(0, 80, 0);
    while (!until(local)) yield Buffer.alloc(1 + payload);
  }
  const timers: number[] = [];
  const after = (ms: number): { cancel(): void } => {
    timers.push(ms);
    return { cancel: () => {} };
  };
  const timing = { ...cluster.k8s.pods.timing, after };
  const remote = { protocol: "", frames: frames(), send: async () => {}, close: () => {} };
  return { client, local, timers, carried: carry(local, remote, { label: "port 80", lingerMs: 7, timing }) };
}

test("a client that reads late gets all of it, however long ago the pod has ended", async () => {
  // Some of it waits in the socket then, though it has not asked to be waited for.
  const full = (local: Socket): boolean => local.writableLength >= 4096;
  const { client, local, timers, carried } = await carriedToFullClient(1024, full);
  await expect.poll(() => local.writableEnded).toBe(true);
  expect(timers).toEqual([]);
  client.resume().once("end", () => client.end());
  const { receivedBytes } = await carried;
  expect(client.bytesRead).toBe(receivedBytes);
});

test("a client that has finished sending while it has much to read is not taken for one that waits", async () => {
  const { client, local, timers, carried } = await carriedToFullClient(1024 * 1024, (one) => one.bytesRead > 0);
  await expect.poll(() => local.writableNeedDrain).toBe(true);
  client.end("more");
  await once(local, "end");
  expect(timers).toEqual([]);
  client.resume();
  await once(client, "end");
  expect(client.bytesRead).toBe((await carried).receivedBytes);
});

test("closing does not wait for a client that goes on after the pod has ended", async () => {
  const forward = await forwardTo(await program((socket) => socket.end("bye")), { lingerMs: 3_600_000 });
  const socket = connect({ port: forward.localPort, host: "127.0.0.1", allowHalfOpen: true });
  socket.resume();
  await once(socket, "end");
  await forward.close();
  socket.destroy();
});

test("a program that reads nothing holds its client back, and is sent all of it once it reads", async () => {
  let read = (): void => {};
  const total = 32 * 1024 * 1024;
  const port = await program((socket) => {
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received === total) socket.end("all");
    });
    socket.pause();
    read = () => socket.resume();
  });
  const { localPort } = await forwardTo(port);
  const socket = connect(localPort, "127.0.0.1");
  const answer = socket.toArray();
  const chunk = Buffer.alloc(256 * 1024);
  let written = 0;
  const more = (): void => {
    while (written < total) {
      written += chunk.length;
      if (!socket.write(chunk)) return void socket.once("drain", more);
    }
  };
  more();
  await standsStill(() => written);
  expect(written).toBeLessThan(total);
  read();
  expect(Buffer.concat(await answer).toString()).toBe("all");
});

test("where nothing listens in the pod the client is reset and told, and the port-forward goes on", async () => {
  const closed = await echo();
  for (const server of servers.splice(0)) server.close();
  const events: PortForwardEvent[] = [];
  const forward = await forwardTo(closed, { onEvent: (event) => events.push(event) });
  expect(await ending(connect(forward.localPort, "127.0.0.1"))).toBe("ECONNRESET");
  await expect
    .poll(() => forward.lastError?.message)
    .toBe(`Cannot connect to port ${closed} of pods "p": nothing listens there`);
  expect(events.map(({ type }) => type)).toEqual(["pod", "opened", "failed"]);
  expect(String(forward)).toContain("last failure: Cannot connect");
});

test("a service's port leads to its pods' named one, and to the next pod when one is deleted", async () => {
  const { k8s } = cluster;
  const containerPort = await echo();
  const labels = { app: "web" };
  const container = { name: "main", image: "busybox", ports: [{ name: "web", containerPort }] };
  await k8s.deployments.create({
    metadata: { name: "web" },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
    },
  });
  await k8s.services.create({
    metadata: { name: "web" },
    spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "web" }] },
  });
  const events: PortForwardEvent[] = [];
  const forward = await k8s.services.portForward("web", ":http", { onEvent: (event) => events.push(event) });
  forwards.push(forward);
  expect(await said(forward.localPort, "first", 5)).toBe("first");
  const before = forward.pod ?? "";
  await k8s.pods.delete(before, { wait: true });
  expect(await said(forward.localPort, "second", 6)).toBe("second");
  expect(forward.pod).not.toBe(before);
  const pods = events.flatMap((event) => (event.type === "pod" ? [event.pod] : []));
  expect(pods).toEqual([before, forward.pod]);

  // The last of it is gone once nothing makes pods any more.
  await k8s.services.delete("web");
  await k8s.deployments.delete("web");
  await expect(forward.closed).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: 'Cannot go on forwarding ports of services "web": it was deleted',
  });
  expect(await ending(connect(forward.localPort, "127.0.0.1"))).toBe("ECONNREFUSED");
});

test("a service that comes to select others leads to those", async () => {
  const { k8s } = cluster;
  const containerPort = await echo();
  for (const name of ["old-0", "new-0"]) {
    const container = { name: "main", image: "busybox", ports: [{ name: "web", containerPort }] };
    await k8s.pods.create({ metadata: { name, labels: { app: name } }, spec: { containers: [container] } });
    await k8s.pods.wait(name, "ready");
  }
  const ports = [{ name: "http", port: 80, targetPort: "web" }];
  await k8s.services.create({ metadata: { name: "moved" }, spec: { selector: { app: "old-0" }, ports } });
  const forward = await k8s.services.portForward("moved", ":http");
  forwards.push(forward);
  expect(forward.pod).toBe("old-0");
  await k8s.services.patch("moved", { spec: { selector: { app: "new-0" } } });
  await expect.poll(() => forward.pod).toBe("new-0");
  expect(await said(forward.localPort, "moved", 5)).toBe("moved");
});

test("a connection that one pod's node does not take goes to another pod", async () => {
  const { k8s, sandbox } = cluster;
  const containerPort = await echo();
  const labels = { app: "twin" };
  for (const name of ["twin-0", "twin-1"]) {
    const container = { name: "main", image: "busybox", ports: [{ containerPort }] };
    await k8s.pods.create({ metadata: { name, labels }, spec: { containers: [container] } });
    await k8s.pods.wait(name, "ready");
  }
  await k8s.services.create({
    metadata: { name: "twins" },
    spec: { selector: labels, ports: [{ port: containerPort }] },
  });
  const opened: string[] = [];
  const forward = await k8s.services.portForward("twins", `:${containerPort}`, {
    onEvent: (event) => {
      if (event.type === "opened") opened.push(event.pod);
    },
  });
  forwards.push(forward);
  const [first = "", second] = forward.pod === "twin-0" ? ["twin-0", "twin-1"] : ["twin-1", "twin-0"];
  const fault = sandbox.faults.inject({ type: "serverError" }, { resource: "pods/portforward", name: first });
  expect(await said(forward.localPort, "hello", 5)).toBe("hello");
  fault.remove();
  expect([opened, fault.hits]).toEqual([[second], 1]);
});

test("what is forwarded to is found by kubectl's notation too, and must select pods", async () => {
  const { k8s } = cluster;
  await k8s.configmaps.create({ metadata: { name: "none" } });
  await expect(k8s.configmaps.portForward("none", 80)).rejects.toMatchObject({
    code: "USAGE",
    message: 'Cannot forward ports of configmaps "none": it selects no pods',
  });
  await expect(k8s.pods.portForward("svc/none", 80)).rejects.toMatchObject({
    code: "NOT_FOUND",
    path: "/api/v1/namespaces/default/services/none",
  });
});

test("a pod that does not come to run is waited for so long, and its state told", async () => {
  const { k8s } = cluster;
  const containers = [{ name: "main", image: "busybox" }];
  await k8s.pods.create({ metadata: { name: "stuck" }, spec: { nodeSelector: { none: "1" }, containers } });
  await expect(k8s.pods.portForward("stuck", ":80", { podRunningTimeoutMs: 50 })).rejects.toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(/^Timed out after 0.05 s waiting for pods "stuck" to run: .*is Pending/),
  });
});

test("a pod by its name that is deleted ends it, with its connections", async () => {
  await cluster.pod("alone");
  const forward = await cluster.k8s.pods.portForward("alone", await echo(), { localPort: 0 });
  const socket = connect(forward.localPort, "127.0.0.1");
  socket.write("x");
  await once(socket, "data");
  const end = ending(socket);
  await cluster.k8s.pods.delete("alone", { gracePeriodSeconds: 0 });
  await expect(forward.closed).rejects.toThrow('Cannot go on forwarding ports of pods "alone": it was deleted');
  expect(["ECONNRESET", "end"]).toContain(await end);
});

test("its signal, its session and close each leave nothing open", async () => {
  const port = await echo();
  const controller = new AbortController();
  const forward = await forwardTo(port, { signal: controller.signal });
  const socket = connect(forward.localPort, "127.0.0.1");
  socket.write("x");
  await once(socket, "data");
  const end = ending(socket);
  expect(forward.connections).toBe(1);
  controller.abort();
  await expect(forward.closed).rejects.toMatchObject({ code: "ABORTED" });
  await end;
  expect(forward.connections).toBe(0);
  expect(await ending(connect(forward.localPort, "127.0.0.1"))).toBe("ECONNREFUSED");

  await using own = await startStreamClusterClient();
  const held = await own.k8s.pods.portForward("p", port, { localPort: 0 });
  await own.k8s.close();
  await held.closed;
  await held.close();
  expect(await ending(connect(held.localPort, "127.0.0.1"))).toBe("ECONNREFUSED");
  expect(String(held)).toContain("closed");
});

/** Another session on the same cluster. */
async function startStreamClusterClient(): Promise<{ k8s: StreamCluster["k8s"] } & AsyncDisposable> {
  const { openCluster } = await import("../../src/runtime/open-cluster.ts");
  const k8s = await openCluster({ kubeconfig: cluster.kubeconfig });
  return { k8s, [Symbol.asyncDispose]: () => k8s.close() };
}

test("a local port that is taken, and an address that is none, are refused with what to do", async () => {
  const port = await echo();
  await expect(cluster.k8s.pods.portForward("p", `${port}:80`)).rejects.toMatchObject({
    code: "USAGE",
    message: `Cannot listen on 127.0.0.1:${port}: the port is taken`,
    hint: expect.stringContaining('":80"'),
  });
  await expect(forwardTo(port, { address: "example.com" })).rejects.toThrow('"example.com" is not an IP address');
  await expect(forwardTo(port, { address: "192.0.2.1" })).rejects.toThrow("this machine has no such address");
});

test("an IPv6 address is taken with and without brackets", () => {
  expect(localAddresses(["[::1]", "::1", "localhost"])).toEqual(["::1", "localhost"]);
});

test("who may not watch pods still has them forwarded", async () => {
  const { k8s } = cluster;
  await k8s.clusterroles.create({
    metadata: { name: "forwarder" },
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods/portforward"], verbs: ["get", "create"] },
    ],
  });
  await k8s.rolebindings.create({
    metadata: { name: "forwarder" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "forwarder" },
    subjects: [{ kind: "User", name: "ann", apiGroup: "rbac.authorization.k8s.io" }],
  });
  const forward = await k8s.as("ann").pods.portForward("p", await echo(), { localPort: 0 });
  forwards.push(forward);
  expect(await said(forward.localPort, "hello", 5)).toBe("hello");
});

test("once the watch of its pods has failed, connections find them as soon as they can be asked for again", async () => {
  const pod = { metadata: { name: "p", uid: "1" }, status: { phase: "Running" } };
  let loggedIn = false;
  const pods = {
    timing: cluster.k8s.pods.timing,
    async *watch() {
      yield { type: "ADDED", object: pod };
      yield { type: "SYNCED", object: {} };
      throw new Error("the token has expired");
    },
    list: async () => {
      if (!loggedIn) throw new Error("log in");
      return [pod];
    },
  };
  const target = { label: "services", namespace: "default", pods, selection: { labels: "a=b" }, isService: true };
  const handlers = { onPod: () => {}, onWaiting: () => {}, onGone: () => {} };
  const backing = new BackingPods(target as unknown as ForwardTarget, handlers, new AbortController().signal);
  await expect.poll(() => backing.take(1000).catch(String)).toBe("Error: log in");
  loggedIn = true;
  expect(await backing.take(1000)).toBe(pod);
});

test("its end is not held up by a server that does not tell what selects the pods", async () => {
  const asked = deferred<void>();
  const target = {
    pods: {
      timing: cluster.k8s.pods.timing,
      async *watch({ signal }: { signal: AbortSignal }) {
        await once(signal, "abort");
        yield* [];
        throw signal.reason;
      },
    },
    objects: {
      resource: async () => ({ group: "example.com" }),
      async *watch() {
        yield { type: "MODIFIED", object: { kind: "Fleet", metadata: { name: "f" } } };
      },
      scale: (_name: string, _replicas: undefined, { signal }: { signal?: AbortSignal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          asked.resolve();
        }),
    },
    object: { metadata: { name: "f" } },
    selection: { labels: "a=b" },
  };
  const over = new AbortController();
  const handlers = { onPod: () => {}, onWaiting: () => {}, onGone: () => {} };
  const backing = new BackingPods(target as unknown as ForwardTarget, handlers, over.signal);
  await asked.promise;
  over.abort();
  await backing.ended;
});

test("nothing is forwarded on a dry run", async () => {
  await expect(cluster.k8s.dryRun().pods.portForward("p", 80)).rejects.toMatchObject({
    code: "NO_DRY_RUN",
    message: 'Cannot plan to forward ports of pods "p": there is no dry run for it',
  });
});

test("a plan refuses it too, once whoever observes has seen what rights it takes", async () => {
  const { openCluster } = await import("../../src/runtime/open-cluster.ts");
  const seen: string[] = [];
  const k8s = await openCluster({
    kubeconfig: cluster.kubeconfig,
    plan: () => undefined,
    observe: ({ path, upgrade, query }) =>
      seen.push(`${path}${query?.watch ? " watch" : ""}${upgrade ? " upgrade" : ""}`),
  });
  await expect(k8s.pods.portForward("p", 80)).rejects.toThrow("there is no dry run for it");
  const pods = "/api/v1/namespaces/default/pods";
  expect(seen.toSorted()).toEqual([`${pods} watch`, `${pods}/p`, `${pods}/planned/portforward upgrade`]);
  await k8s.close();
});
