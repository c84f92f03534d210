import type { Measured } from "../workshop.ts";

/** Measures work of this process and tells the parent: `work` resolves to how much it worked on. */
export async function report(
  work: () => Promise<number>,
  figures: () => Readonly<Record<string, number>> = () => ({}),
): Promise<void> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const count = await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const measured: Measured = { ms, cpuMs: (user + system) / 1000, peakMb, count, figures: figures() };
  process.stdout.write(JSON.stringify(measured));
}
