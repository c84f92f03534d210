import { throwIfAborted } from "../core/abort.ts";
import { AbortError, UsageError } from "../errors.ts";
import { errorText } from "../runtime/error-text.ts";
import { EXIT, exitCodeOf } from "../runtime/exit-code.ts";
import { createGlobals, installGlobals } from "../runtime/globals.ts";
import { createLog } from "../runtime/log.ts";
import { openCluster } from "../runtime/open-cluster.ts";
import { patienceWith } from "../runtime/patience.ts";
import { isRecipe } from "../runtime/recipe.ts";
import { runRecipe } from "../runtime/run-script.ts";
import { parsePlainArguments } from "../runtime/script-arguments.ts";
import { createShell } from "../runtime/shell.ts";

/**
 * What a scheduled job's bundle does: finds the cluster (the pod's own), puts the globals in place, runs the script with
 * the container's arguments, and writes its result to stdout as JSON, everything else to stderr. The process ends with
 * the documented exit codes; SIGTERM, which Kubernetes sends before it ends a pod, aborts `signal`, and the script has a
 * moment to end, and longer while it tidies up on the cluster.
 */
export async function runJob(name: string, load: () => Promise<Record<string, unknown>>): Promise<void> {
  const controller = new AbortController();
  let interrupted: number | undefined;
  const stop = (code: number) => (): void => {
    interrupted = code;
    controller.abort(new AbortError(`${name} was stopped`));
  };
  process.once("SIGTERM", stop(EXIT.terminated));
  process.once("SIGINT", stop(EXIT.interrupted));
  const log = createLog((line) => void process.stderr.write(`${line}\n`));
  try {
    const words = process.argv.slice(2);
    const patience = patienceWith(controller.signal);
    const k8s = await openCluster({ observe: patience.observe });
    const shell = createShell({ cluster: () => k8s, env: process.env });
    try {
      const args = parsePlainArguments(words);
      installGlobals(createGlobals({ k8s, $: shell.$, log, args, signal: () => controller.signal }));
      const run = async (): Promise<unknown> => {
        const { default: exported } = await load();
        if (isRecipe(exported)) return runRecipe(exported, { k8s, log, signal: controller.signal, words });
        if (typeof exported === "function") {
          throw new UsageError("INVALID_INPUT", `Cannot run ${name}: its default export is a function, not a recipe`);
        }
        return exported;
      };
      throwIfAborted(controller.signal);
      const value = await Promise.race([run(), patience.over]);
      if (value !== undefined) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    } finally {
      patience.done();
      shell.close();
      await k8s.close();
    }
  } catch (error) {
    process.stderr.write(`${errorText(error, { color: false })}\n`);
    process.exitCode = interrupted ?? exitCodeOf(error, "script");
  }
}
