import { afterEach, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../../src/sandbox/index.ts";
import { connect } from "../../../src/transport/connect.ts";
import { connectionTo } from "../../transport/support/servers.ts";
import { type Client, clientOn, described, eventually, tokenSource } from "./client.ts";

const ADMIN = { username: "admin", groups: ["system:masters"] };
let sandbox: RunningSandbox;

afterEach(() => sandbox.close());

async function started(): Promise<Client> {
  sandbox = await startSandbox({ controllers: false, staticTokens: new Map([["first", ADMIN]]) });
  return connected();
}

function connected(): Client {
  const connection = connectionTo(sandbox.url, {
    tls: { ca: sandbox.certificateAuthority, insecureSkipVerify: false },
  });
  const transport = connect(connection, { credentials: tokenSource("first"), retry: { maxTries: 200 } });
  return clientOn(sandbox, transport, [], () => {});
}

test("a cache outlives a restart: same port, same objects, and what happened meanwhile", async () => {
  await using client = await started();
  const { url } = sandbox;
  client.write("a", "1");
  await using cache = await client.configMaps.cache();
  const back = sandbox.restart({ downMs: 30 });
  client.write("a", "2");
  client.write("b", "1");
  await back;
  expect(sandbox.url).toBe(url);
  await eventually(() => cache.list().map(described).sort().join() === client.state().join());
  expect(await client.configMaps.list()).toHaveLength(2);
});

test("a request made while the server is down is sent once it is back", async () => {
  await using client = await started();
  await client.configMaps.list();
  const back = sandbox.restart({ downMs: 60 });
  await client.configMaps.create({ metadata: { name: "a" } });
  await back;
  expect(client.state()).toHaveLength(1);
});

test("after a rotation the old authority reaches nothing and the new kubeconfig everything", async () => {
  await using client = await started();
  await client.configMaps.list();
  const { kubeconfig, certificateAuthority } = sandbox;
  sandbox.rotateCertificates();
  expect(sandbox.kubeconfig).not.toBe(kubeconfig);
  expect(sandbox.certificateAuthority).not.toBe(certificateAuthority);
  await expect(client.configMaps.list()).rejects.toMatchObject({ code: "UNKNOWN_CA" });
  await using other = connected();
  expect(await other.configMaps.list()).toHaveLength(0);
});
