import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

/** What a measured child says of its work. */
export interface Measured {
  /** Wall time of the work alone, without the start of the process. */
  readonly ms: number;
  /** Processor time of the work, user and system. */
  readonly cpuMs: number;
  /** The most memory that the process held, MB. */
  readonly peakMb: number;
  /** How much was worked on: objects, answers or events. */
  readonly count: number;
  /** What else was measured, by name. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A child that serves until it is stopped. */
export interface Served {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export interface Workshop {
  /** Measurements of which the median counts. */
  readonly rounds: number;
  /** Folder with other JavaScript clients. */
  readonly peers: string | undefined;
  /** A folder that goes when the run ends. */
  readonly folder: string;
  heading(name: string): void;
  /** One line of the report. */
  row(what: string, figures: string, aim?: string): void;
  note(text: string): void;
  /** Runs `children/NAME.ts` to its end. */
  measure(name: string, args?: readonly string[], flags?: readonly string[]): Promise<Measured>;
  /**
   * Runs each in turn, so that whatever else the machine does hits all alike, and takes their medians. The first is
   * run once more before, unmeasured: it warms the server.
   */
  compare<K extends string>(runs: Readonly<Record<K, () => Promise<Measured>>>): Promise<Record<K, Measured>>;
  /** Starts `children/serve.ts` and waits until it serves. */
  serve(options: ServeOptions): Promise<Served>;
  /** Milliseconds from start to exit. Rejects when the program fails. */
  time(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<number>;
  /** Path of a child's compiled code. */
  child(name: string): string;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly pods?: number;
  readonly configMaps?: number;
  /** Default false. */
  readonly controllers?: boolean;
}

/**
 * Compiles the children as `scripts/build.ts` compiles the package: what is measured is the present source, without
 * the cost of a TypeScript loader.
 */
export async function openWorkshop(settings: Pick<Workshop, "rounds" | "peers">): Promise<Workshop> {
  const root = path.join(import.meta.dirname, "../..");
  const sources = path.join(import.meta.dirname, "children");
  // Below the package, so that the children find its dependencies.
  const cache = path.join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const compiled = await mkdtemp(path.join(cache, "kubescript-benchmark-"));
  const folder = await mkdtemp(path.join(tmpdir(), "kubescript-benchmark-"));
  await build({
    entryPoints: readdirSync(sources).map((file) => path.join(sources, file)),
    outdir: compiled,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
    packages: "external",
    logLevel: "warning",
  });
  const running = new Set<ChildProcess>();
  console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, median of ${settings.rounds}`);

  const child = (name: string): string => path.join(compiled, `${name}.mjs`);

  const workshop: Workshop = {
    ...settings,
    folder,
    child,
    heading: (name) => console.log(`\n${name}`),
    row: (what, figures, aim) =>
      console.log(`  ${what.padEnd(44)} ${figures}${aim === undefined ? "" : `   (aim: ${aim})`}`),
    note: (text) => console.log(`  ${text}`),

    async measure(name, args = [], flags = []) {
      const text = await output(process.execPath, [...flags, child(name), ...args]);
      return JSON.parse(text) as Measured;
    },

    async compare(runs) {
      const names = Object.keys(runs) as (keyof typeof runs)[];
      const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));
      const [first] = names;
      if (first !== undefined) await runs[first]();
      for (let round = 0; round < settings.rounds; round += 1) {
        for (const name of names) measured.get(name)?.push(await runs[name]());
      }
      return Object.fromEntries([...measured].map(([name, all]) => [name, medians(all)])) as Record<
        keyof typeof runs,
        Measured
      >;
    },

    async serve({ pods = 0, configMaps = 0, controllers = false }) {
      const kubeconfig = path.join(folder, `kubeconfig-${running.size}-${pods}-${configMaps}-${controllers}`);
      const flags = controllers ? ["--controllers"] : [];
      const args = [child("serve"), kubeconfig, String(pods), String(configMaps), ...flags];
      const server = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
      running.add(server);
      const lines = createInterface({ input: server.stdout });
      const ended = once(server, "exit");
      await Promise.race([
        once(lines, "line"),
        ended.then(() => Promise.reject(new Error("The server of the benchmark ended"))),
      ]);
      return {
        kubeconfig,
        async stop() {
          server.stdin.end();
          await ended;
          running.delete(server);
        },
      };
    },

    async time(command, args, env = {}) {
      const started = performance.now();
      const timed = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });
      const [code] = await once(timed, "exit");
      if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}`);
      return performance.now() - started;
    },

    async close() {
      for (const one of running) one.kill();
      await rm(compiled, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
  return workshop;
}

/** `2.61× (412 ms, bare 158 ms)` of one figure of two measurements. */
export function ratio(ours: Measured, base: Measured, figure: "ms" | "cpuMs" | "peakMb"): string {
  const unit = figure === "peakMb" ? "MB" : "ms";
  const name = figure === "ms" ? "time" : figure === "cpuMs" ? "cpu" : "peak";
  return `${name} ${(ours[figure] / base[figure]).toFixed(2)}× (${round(ours[figure])} : ${round(base[figure])} ${unit})`;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function round(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
}

function medians(all: readonly Measured[]): Measured {
  const [first] = all;
  const of = (pick: (one: Measured) => number): number => median(all.map(pick));
  const names = Object.keys(first?.figures ?? {});
  return {
    ms: of(({ ms }) => ms),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakMb: of(({ peakMb }) => peakMb),
    count: first?.count ?? 0,
    figures: Object.fromEntries(names.map((name) => [name, of(({ figures }) => figures[name] ?? Number.NaN)])),
  };
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const run = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  run.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(run, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}`);
  return Buffer.concat(chunks).toString("utf8");
}
