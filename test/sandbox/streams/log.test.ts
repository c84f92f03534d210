import { afterEach, expect, test } from "vitest";
import { createSandbox, type ManualClock, manualClock, type Sandbox } from "../../../src/sandbox/index.ts";

const PEER = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "a".repeat(64) } };
const TICKS = ["sh", "-c", "echo hello; i=0; while true; do echo tick $i; i=$((i+1)); sleep 1; done"];

let clock: ManualClock;
let sandbox: Sandbox;

afterEach(() => sandbox.close());

function start(...containers: object[]): void {
  clock = manualClock(Date.parse("2026-11-21T01:00:00Z"));
  sandbox = createSandbox({ clock, nodes: [{ name: "node0" }] });
  clock.advance(1000);
  const spec = { containers: containers.map((one) => ({ image: "busybox:1", ...one })) };
  sandbox.registry.create("pods", "default", { metadata: { name: "p" }, spec }, { manager: "test" });
}

function ask(path: string): Promise<Response> {
  return sandbox.handle(new Request(`https://sandbox/api/v1/namespaces/default/pods/p/${path}`), PEER);
}

async function text(path: string): Promise<string> {
  return await (await ask(path)).text();
}

async function message(path: string): Promise<string> {
  const response = await ask(path);
  const status = (await response.json()) as { code: number; reason: string; message: string };
  expect(status.code).toBe(response.status);
  return `${status.code} ${status.reason} ${status.message}`;
}

test("a log is plain text, cut by tailLines, limitBytes, sinceSeconds", async () => {
  start({ name: "main", command: TICKS });
  clock.advance(3600);
  const whole = await ask("log");
  expect(whole.headers.get("content-type")).toBe("text/plain");
  expect(await whole.text()).toBe("hello\ntick 0\ntick 1\ntick 2\ntick 3\n");
  expect(await text("log?tailLines=2")).toBe("tick 2\ntick 3\n");
  expect(await text("log?tailLines=0")).toBe("");
  expect(await text("log?limitBytes=8")).toBe("hello\nti");
  expect(await text("log?sinceSeconds=1")).toBe("tick 3\n");
  expect(await text("log?timestamps=true&tailLines=1")).toMatch(/^2026-11-21T01:00:0\d\.\d{9}Z tick 3\n$/);
});

test("options that make no sense are refused together", async () => {
  start({ name: "main", command: TICKS });
  clock.advance(3000);
  expect(await message("log?tailLines=-1&limitBytes=0")).toBe(
    '422 Invalid PodLogOptions "" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: Invalid value: 0: must be greater than 0]',
  );
  expect(await message("log?tailLines=many")).toBe('400 BadRequest strconv.ParseInt: parsing "many": invalid syntax');
});

test("the container is named where there is more than one", async () => {
  start({ name: "main", command: TICKS }, { name: "side", command: TICKS });
  clock.advance(3000);
  expect(await message("log")).toBe(
    "400 BadRequest a container name must be specified for pod p, choose one of: [main side]",
  );
  expect(await message("log?container=zz")).toBe("400 BadRequest container zz is not valid for pod p");
  expect(await text("log?container=side&tailLines=1")).toMatch(/^tick \d\n$/);
});

test("a container that has not begun is waited for, and one that has not ended has no previous log", async () => {
  start({ name: "main", image: "registry.example/app:1", command: TICKS });
  clock.advance(60);
  expect(await message("log")).toBe(
    '400 BadRequest container "main" in pod "p" is waiting to start: ContainerCreating',
  );
  clock.advance(3000);
  expect(await message("log?previous=true")).toBe(
    '400 BadRequest previous terminated container "main" in pod "p" not found',
  );
});

test("a followed log ends with its container", async () => {
  start({ name: "main", command: ["sh", "-c", "echo a; sleep 2; echo b; sleep 1"] });
  clock.advance(1000);
  const following = text("log?follow=true");
  for (let turn = 0; turn < 40; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
  }
  expect(await following).toBe("a\nb\n");
});

test("without processes exec, attach, port-forward and proxy name the flag that brings them", async () => {
  start({ name: "main", command: TICKS });
  clock.advance(2000);
  for (const path of ["exec?command=ls&stdout=true", "attach?stdout=true", "portforward", "proxy/"]) {
    expect(await message(path)).toMatch(/^501 NotImplemented cannot .* pod "p": .*--pods=process/);
  }
});
