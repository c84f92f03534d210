/**
 * Measures the client, the start-up and the sandbox against the barest program that does the same, in one run on one
 * machine, so that what counts is the ratio. It reports and never fails: only who looks at the machine can judge.
 *
 *   tsx scripts/benchmark.ts [NAME…] [--peers DIR] [--rounds N]
 *
 * NAME is `client`, `start-up` or `sandbox`; all of them by default. With `--peers DIR` other JavaScript clients that
 * are installed there are measured too. `start-up` measures `dist`: build it first.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { openWorkshop, type Workshop } from "./benchmark/workshop.ts";

/** One benchmark: prints its rows through the workshop. */
export interface Benchmark {
  run(workshop: Workshop): Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  client: () => import("./benchmark/client.ts"),
  "start-up": () => import("./benchmark/start-up.ts"),
  sandbox: () => import("./benchmark/sandbox.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peers: { type: "string" }, rounds: { type: "string", default: "3" } },
});
const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}": choose among ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(2);
}

const workshop = await openWorkshop({
  rounds: Math.max(1, Number(values.rounds) || 1),
  peers: values.peers === undefined ? undefined : path.resolve(values.peers),
});
try {
  for (const name of names) {
    workshop.heading(name);
    const loaded = await BENCHMARKS[name]?.();
    await loaded?.benchmark.run(workshop);
  }
} finally {
  await workshop.close();
}
