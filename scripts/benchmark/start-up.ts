import { existsSync } from "node:fs";
import path from "node:path";
import type { Benchmark } from "../benchmark.ts";
import { median, round } from "./workshop.ts";

const main = path.join(import.meta.dirname, "../../dist/cli/main.js");
/** Each program is started so often for each round. */
const STARTS = 5;

/** From the start of the process to its end, against a Node that does nothing. */
export const benchmark: Benchmark = {
  async run(workshop) {
    if (!existsSync(main)) {
      workshop.note("dist is missing: npm run build");
      return;
    }
    const { kubeconfig, stop } = await workshop.serve({});
    const programs: readonly { readonly what: string; readonly args: readonly string[]; readonly aim?: string }[] = [
      { what: "node -e 0", args: ["-e", "0"] },
      { what: "--version", args: [main, "--version"], aim: "1.2×" },
      { what: "eval with one request", args: [main, "eval", "(await k8s.version()).gitVersion"], aim: "2.2×" },
      { what: "eval --sandbox, a list of nodes", args: [main, "eval", "--sandbox", "k8s.nodes.list()"] },
    ];
    const times = programs.map((): number[] => []);
    for (let count = 0; count < STARTS * workshop.rounds; count += 1) {
      for (const [index, { args }] of programs.entries()) {
        times[index]?.push(await workshop.time(process.execPath, args, { KUBECONFIG: kubeconfig }));
      }
    }
    await stop();
    const [bare = Number.NaN, ...rest] = times.map(median);
    workshop.row("node -e 0", `${round(bare)} ms`);
    for (const [index, { what, aim }] of programs.slice(1).entries()) {
      const ms = rest[index] ?? Number.NaN;
      workshop.row(what, `${(ms / bare).toFixed(2)}× (${round(ms)} ms)`, aim);
    }
  },
};
