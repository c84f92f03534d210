import { Duplex, PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { ContainerAccess } from "../../../src/sandbox/model/container-access.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import { servePort } from "../../../src/sandbox/streams/serve-port.ts";

test("what a client sent before it went reaches a program that is slow to take it", async () => {
  const taken: string[] = [];
  let take = (): void => {};
  const program = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      taken.push(String(chunk));
      take = done;
    },
  });
  const input = new PassThrough();
  input.write("one");
  input.end("two");
  const closed = Promise.resolve();
  const channels = { port: 80, input, output: new PassThrough(), fail: expect.fail, end: () => {}, closed };
  const access = { connect: async () => program } as Partial<ContainerAccess> as ContainerAccess;
  const served = servePort({ metadata: { name: "p" } } as Pod, channels, access);
  await new Promise((resolve) => setImmediate(resolve));
  expect([taken, program.destroyed]).toEqual([["one"], false]);
  take();
  await expect.poll(() => taken).toEqual(["one", "two"]);
  take();
  await served;
  expect([program.writableFinished, program.destroyed]).toEqual([true, true]);
});
