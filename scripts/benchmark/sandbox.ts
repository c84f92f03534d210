import type { Benchmark } from "../benchmark.ts";
import { median, round, type Workshop } from "./workshop.ts";

const PODS = 10_000;
const WATCHERS = 1000;
const CHANGES = 50;

/** The embedded API server: how soon it answers, how fast it writes, what a list and a stored object cost. */
export const benchmark: Benchmark = {
  async run(workshop) {
    await firstAnswer(workshop);
    for (const controllers of [false, true]) await creates(workshop, controllers);
    await stored(workshop);
    await watchers(workshop);
  },
};

async function firstAnswer(workshop: Workshop): Promise<void> {
  const programs = [
    ["-e", "0"],
    [workshop.child("first-answer")],
    [workshop.child("first-answer"), "--controllers"],
  ] as const;
  const times = programs.map((): number[] => []);
  for (let count = 0; count < workshop.rounds * 3; count += 1) {
    for (const [index, args] of programs.entries()) times[index]?.push(await workshop.time(process.execPath, args));
  }
  const [bare = Number.NaN, without = Number.NaN, withControllers = Number.NaN] = times.map(median);
  workshop.row("start to first answer, over bare node", `${round(without - bare)} ms`, "250 ms");
  workshop.row("  with controllers and add-ons", `${round(withControllers - bare)} ms`);
}

async function creates(workshop: Workshop, controllers: boolean): Promise<void> {
  const server = await workshop.serve({ controllers });
  const made = await workshop.measure("create-pods", [server.kubeconfig, String(PODS)]);
  const rate = (made.count / made.ms) * 1000;
  const size = ((made.figures.storedBytes ?? Number.NaN) / 1000).toFixed(1);
  const what = controllers ? "  with controllers" : `${round(PODS)} pods of ${size} kB over one connection`;
  workshop.row(what, `${round(rate)} creates/s`, controllers ? undefined : "2,000/s on two cores");
  await server.stop();
}

async function stored(workshop: Workshop): Promise<void> {
  const { figures } = await workshop
    .compare({ pods: () => workshop.measure("store-pods", [String(PODS)], ["--expose-gc"]) })
    .then(({ pods }) => pods);
  const { listMs = Number.NaN, firstListMs = Number.NaN, stringifyMs = Number.NaN } = figures;
  const times = `${round(listMs)} : ${round(stringifyMs)} ms; the first ${(firstListMs / stringifyMs).toFixed(2)}×`;
  workshop.row("list of them against JSON.stringify", `${(listMs / stringifyMs).toFixed(2)}× (${times})`, "2×");
  const kilobytes = (bytes = Number.NaN): string => `${(bytes / 1000).toFixed(1)} kB`;
  workshop.row(
    "memory for each stored pod",
    `${kilobytes(figures.bytesPerPod)}; once listed ${kilobytes(figures.bytesPerListedPod)}`,
    "12 kB",
  );
}

async function watchers(workshop: Workshop): Promise<void> {
  const server = await workshop.serve({});
  const { count, ms, figures } = await workshop.measure("watchers", [
    server.kubeconfig,
    String(WATCHERS),
    String(CHANGES),
  ]);
  const whole = `${figures.complete} of ${round(WATCHERS)} saw all ${CHANGES} changes`;
  workshop.row(`${round(WATCHERS)} watches of one object`, `${whole}, ${round((count / ms) * 1000)} events/s`, "all");
  await server.stop();
}
