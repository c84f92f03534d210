/**
 * Measures what streams to and from containers cost the client: how fast, and how much memory at its peak. The sandbox runs
 * in a process of its own, its containers as processes; each measurement is a fresh client. It reports and never fails.
 *
 *   tsx scripts/benchmark-streams.ts [NAME…] [--kubectl PATH] [--mebibytes N]
 *
 * NAME is `copy`, `exec` or `port-forward`; all of them by default. With `--kubectl` its figures stand beside. Build `dist` first. Linux only.
 */
import { parseArgs } from "node:util";
import { openStage, type Stage } from "./benchmark-streams/stage.ts";

/** One benchmark: prints its rows through the stage. */
export interface StreamBenchmark {
  run(stage: Stage): Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: StreamBenchmark }>>> = {
  copy: () => import("./benchmark-streams/copy.ts"),
  exec: () => import("./benchmark-streams/exec.ts"),
  "port-forward": () => import("./benchmark-streams/port-forward.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kubectl: { type: "string" }, mebibytes: { type: "string", default: "1024" } },
});
const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}": choose among ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(2);
}

const stage = await openStage({ kubectl: values.kubectl, mebibytes: Math.max(1, Number(values.mebibytes) || 1024) });
try {
  for (const name of names) {
    console.log(`\n${name}`);
    const loaded = await BENCHMARKS[name]?.();
    await loaded?.benchmark.run(stage);
  }
} finally {
  await stage.close();
}
