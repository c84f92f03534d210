import { afterEach, expect, test } from "vitest";
import { containerStarted } from "../../src/operations/pods/await-container.ts";
import type { ResourceClient } from "../../src/resources/client.ts";
import type { ContainerStatus, Pod } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";
import { failureOf } from "../transport/support/failure.ts";

let sandbox: MovingSandbox;
afterEach(() => sandbox.close());

test("a program that the container runtime cannot start is no end with an exit code", async () => {
  sandbox = movingSandbox();
  const pods = sandbox.helper<Pod>("pods") as unknown as ResourceClient<Pod>;
  const message = 'runc create failed: exec: "nope": executable file not found in $PATH';
  const terminated = { exitCode: 128, reason: "StartError", message };
  const base = { name: "main", image: "busybox:1", imageID: "", ready: false };
  const once: ContainerStatus = { ...base, restartCount: 0, state: { terminated } };
  const waiting = { reason: "CrashLoopBackOff", message: "back-off 10s" };
  const again: ContainerStatus = { ...base, restartCount: 1, state: { waiting }, lastState: { terminated } };
  for (const [name, status] of Object.entries({ once, again })) {
    const spec = { schedulerName: "none", containers: [{ name: "main", image: "busybox:1" }] };
    await pods.create({ metadata: { name }, spec });
    await pods.subresource("status").patch(name, { status: { containerStatuses: [status] } });
    const error = await sandbox.settled(failureOf(containerStarted(pods, name, "main", { signal: undefined })));
    expect(error).toMatchObject({ code: "WAIT_FAILED", message: expect.stringContaining(`StartError: ${message}`) });
  }
});
