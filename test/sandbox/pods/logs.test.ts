import { expect, test } from "vitest";
import { type PodLogOptions, podLogs } from "../../../src/sandbox/pods/logs.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import { runCommand } from "../../../src/sandbox/pods/shell/run.ts";
import { type Cluster, startCluster } from "../controllers/harness.ts";

function start(command: string[], spec: object = {}): Cluster {
  const cluster = startCluster();
  const containers = [{ name: "main", image: "busybox:1", command }];
  cluster.create("pods", { metadata: { name: "p" }, spec: { containers, ...spec } });
  cluster.clock.advance(1000);
  return cluster;
}

const TICKS = ["sh", "-c", "i=0; while true; do echo tick $i; i=$((i+1)); sleep 1; done"];

function logs(cluster: Cluster, options: PodLogOptions = {}, container?: string): AsyncIterable<string> {
  const current = () => cluster.registry.get("pods", "default", "p") as Pod | undefined;
  return podLogs(cluster.get("pods", "p") as Pod, container, options, { clock: cluster.clock, current });
}

async function text(chunks: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const chunk of chunks) all += chunk;
  return all;
}

test("a container logs what its command prints, up to now", async () => {
  const cluster = start(TICKS);
  cluster.clock.advance(2500);
  expect(await text(logs(cluster))).toBe("tick 0\ntick 1\ntick 2\ntick 3\n");
  expect(await text(logs(cluster, { tailLines: 2 }))).toBe("tick 2\ntick 3\n");
  expect(await text(logs(cluster, { limitBytes: 9 }))).toBe("tick 0\nti");
  expect(await text(logs(cluster, { sinceSeconds: 1 }))).toBe("tick 3\n");
  expect(await text(logs(cluster, { timestamps: true, tailLines: 1 }))).toMatch(
    /^2026-11-21T00:00:0\d\.\d{9}Z tick 3\n$/,
  );
});

test("a follower sees what comes, and the end of the container", async () => {
  const cluster = start(["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 2; done"], { restartPolicy: "Never" });
  const followed = text(logs(cluster, { follow: true }));
  for (let second = 0; second < 10; second++) {
    cluster.clock.advance(1000);
    await new Promise(setImmediate);
  }
  expect(await followed).toBe("line 1\nline 2\nline 3\n");
});

test("the previous run's log is kept", async () => {
  const cluster = start(["sh", "-c", "echo starting; sleep 1; echo FATAL; exit 1"]);
  expect(() => logs(cluster, { previous: true })).toThrow('previous terminated container "main" in pod "p" not found');
  cluster.clock.advance(5000);
  expect(await text(logs(cluster, { previous: true }))).toBe("starting\nFATAL\n");
});

test("errors are worded as the server's", () => {
  const cluster = start(TICKS, { nodeSelector: { no: "node" } });
  expect(() => logs(cluster, {}, "zz")).toThrow("container zz is not valid for pod p");
  expect(() => logs(cluster)).toThrow("pod p does not have a host assigned");
});

function acts(script: string, programMs?: number): unknown[] {
  const seen: unknown[] = [];
  for (const act of runCommand(["sh", "-c", script], { environment: { NAME: "x" }, startedAt: 0, programMs })) {
    seen.push(act.type === "print" ? act.text : `exit ${act.exitCode} at ${act.at}`);
    if (seen.length === 20) break;
  }
  return seen;
}

test.each([
  ["echo a && false || echo b", ["a\n", "b\n", "exit 0 at 0"]],
  ["sleep 1.5; exit 3", ["exit 3 at 1500"]],
  ["if [ $NAME = x ]; then echo yes; else echo no; fi", ["yes\n", "exit 0 at 0"]],
  ["for i in $(seq 3); do sleep 1; [ $i -eq 2 ] && break; done; echo $i", ["2\n", "exit 0 at 2000"]],
  ["echo \"a  $NAME\" 'b $NAME' c\\ d", ["a  x b $NAME c d\n", "exit 0 at 0"]],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own
  ["echo hidden > /dev/null; echo ${OTHER:-none} >&2", ["none\n", "exit 0 at 0"]],
  ["echo through | cat", ["through\n", "exit 0 at 0"]],
  ["printf '%s=%03d\\n' a 7", ["a=007\n", "exit 0 at 0"]],
  ["date -Is; sleep 61; date +%T", ["1970-01-01T00:00:00+00:00\n", "00:01:01\n", "exit 0 at 61000"]],
  ["while :; do :; done", []],
  ["sleep infinity", []],
  ["server --port 80", []],
  ["echo ${broken", []],
])("the shell runs %s", (script, expected) => {
  expect(acts(script)).toEqual(expected);
});

test("a program that is not known takes its time and succeeds where it is to end", () => {
  expect(acts("backup --all; echo $?", 1000)).toEqual(["0\n", "exit 0 at 1000"]);
});
