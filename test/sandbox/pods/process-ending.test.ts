import { expect, it } from "vitest";
import type { Container, Pod } from "../../../src/sandbox/pods/pod.ts";
import { processEnding } from "../../../src/sandbox/pods/process.ts";

const ending = (script: string): ReturnType<typeof processEnding> => {
  const container = { name: "app", image: "app:1", command: ["sh", "-c", script] } as Container;
  const pod = { metadata: { name: "p" }, spec: { containers: [container] } } as unknown as Pod;
  return processEnding(pod, container, 0);
};

it("a loop that nothing leaves has no ending", () => {
  expect(ending("while true; do date; sleep 1; done")).toBeUndefined();
  expect(ending("while :\ndo\n  echo tick\ndone")).toBeUndefined();
});

it("a loop that something leaves ends when it does", () => {
  expect(ending("n=0; while true; do n=$((n+1)); sleep 1; [ $n = 3 ] && exit 4; done")).toEqual({
    afterMs: 3000,
    exitCode: 4,
  });
});
