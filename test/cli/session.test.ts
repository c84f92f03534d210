import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { openSession } from "../../src/cli/session.ts";
import { fakeTerminal } from "../support/terminal.ts";

/** Names no file, so that no kubeconfig of whoever runs the tests is found. */
const NONE = { KUBECONFIG: "/nowhere/kubeconfig", HOME: "/nowhere" };

test("without a cluster a command fails, and a prompt is told before it gets the sandbox", async () => {
  const { terminal } = fakeTerminal(NONE);
  await expect(openSession({}, terminal)).rejects.toMatchObject({ code: "NO_CLUSTER" });
  const told: string[] = [];
  const session = await openSession({}, terminal, { offerSandbox: async () => void told.push("offered") });
  expect(told).toEqual(["offered"]);
  expect(session.sandbox).toBe(true);
  await session.close();
});

test("a sandbox takes the flags of the context, and is gone with the session", async () => {
  const { terminal } = fakeTerminal(NONE);
  const session = await openSession({ sandbox: true, namespace: "kube-system" }, terminal);
  const [file = ""] = session.k8s.files;
  expect(session.k8s.namespace).toBe("kube-system");
  expect(existsSync(file)).toBe(true);
  expect(await session.k8s.version()).toHaveProperty("gitVersion");
  await session.close();
  expect(existsSync(file)).toBe(false);
  await expect(session.k8s.version()).rejects.toMatchObject({ code: "ABORTED" });
});

test.each(["kubeconfig", "server", "cluster"])("--%s contradicts --sandbox", async (flag) => {
  const { terminal } = fakeTerminal(NONE);
  await expect(openSession({ sandbox: true, [flag]: "x" }, terminal)).rejects.toThrow(
    `Cannot use --${flag} together with --sandbox`,
  );
});

test("requests are traced to stderr, and no longer where tracing is turned off", async () => {
  const { terminal, stderr } = fakeTerminal(NONE);
  const session = await openSession({ sandbox: true, trace: true }, terminal);
  await session.k8s.version();
  expect(stderr()).toMatch(/^GET https:\/\/127\.0\.0\.1:\d+\/version 200 in \d+ ms\n$/);
  await (await session.traced("curl")).version();
  expect(stderr()).toMatch(/^curl .*\/version'?\n$/);
  await (await session.traced(undefined)).version();
  expect(stderr()).toBe("");
  await expect(session.traced("loudly")).rejects.toMatchObject({ code: "USAGE" });
  await session.close();
});
