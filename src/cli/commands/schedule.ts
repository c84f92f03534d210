import { UsageError } from "../../errors.ts";
import { listSchedules } from "../../schedule/find-schedule.ts";
import type { Command, Invocation } from "../command.ts";
import { fromCluster } from "../completion/from-cluster.ts";
import { scriptWords } from "../completion/script-words.ts";
import { type Asked, NOTHING, type Offer } from "../completion/suggestion.ts";
import { resourcesOf, type ScheduleVerb } from "../schedule/verb.ts";

/** The verbs on schedules that are there; anything else in their place is a file to schedule. */
const VERBS: Readonly<Record<string, () => Promise<ScheduleVerb>>> = {
  list: async () => (await import("../schedule/list.ts")).list,
  run: async () => (await import("../schedule/run.ts")).run,
  logs: async () => (await import("../schedule/logs.ts")).logs,
  history: async () => (await import("../schedule/history.ts")).history,
  suspend: async () => (await import("../schedule/suspend.ts")).suspend,
  resume: async () => (await import("../schedule/suspend.ts")).resume,
  remove: async () => (await import("../schedule/remove.ts")).remove,
};

export const command: Command = {
  usage: 'schedule FILE|RECIPE --cron "…" [-- ARGS]   or   schedule list|run|logs|history|suspend|resume|remove [NAME]',
  description: `Makes a script a CronJob: one ConfigMap holds it with the runtime, a stock Node image runs it, and its
ServiceAccount has the rights that it needs and no others. They are found by a trial run, in which every write is a dry
run, and by what the source calls; --allow adds what neither shows. Before its first write it tries everything.

  kubescript schedule cleanup.ts --cron "*/15 * * * *" -n ops -- --older-than 48h
  kubescript schedule delete-finished-jobs --cron "0 3 * * *" --time-zone Europe/Paris --image node:22-alpine
  kubescript schedule cleanup.ts --cron "@daily" -o yaml       print the manifests instead
  kubescript schedule list -A
  kubescript schedule run cleanup -n ops                       run it now, too
  kubescript schedule logs cleanup -n ops --follow
  kubescript schedule remove cleanup -n ops                    undo it wholly`,
  flags: [
    { name: "cron", type: "string", placeholder: "EXPRESSION", description: "when: five fields, or @hourly, @daily …" },
    { name: "name", type: "string", placeholder: "NAME", description: "name of the schedule; default the file's" },
    { name: "image", type: "string", placeholder: "IMAGE", description: "image with Node; default node:24-alpine" },
    { name: "time-zone", type: "string", placeholder: "ZONE", description: "IANA time zone; default the cluster's" },
    {
      name: "concurrency-policy",
      type: "string",
      placeholder: "POLICY",
      description: "Allow, Forbid (default) or Replace",
    },
    { name: "timeout", type: "string", placeholder: "DURATION", description: "stop a run after this time" },
    { name: "backoff-limit", type: "string", placeholder: "N", description: "tries after a failed one; default 0" },
    {
      name: "allow",
      type: "string",
      multiple: true,
      placeholder: "RIGHT",
      description: "right to add: VERBS:RESOURCES[=NAME][@NAMESPACE], such as delete:jobs.batch; may be repeated",
    },
    { name: "no-trial", type: "boolean", description: "no trial run: rights come from the source and --allow" },
    {
      name: "trial-timeout",
      type: "string",
      placeholder: "DURATION",
      description: "end the trial run after; default 30s",
    },
    { name: "suspend", type: "boolean", description: "make it, but let it wait for schedule resume" },
    { name: "dry-run", type: "boolean", description: "let the server validate it and store nothing" },
    { name: "all-namespaces", short: "A", type: "boolean", description: "list: schedules of every namespace" },
    { name: "follow", short: "f", type: "boolean", description: "logs: go on until the run ends" },
  ],
  connects: true,
  prints: true,
  offer,
  async run(invocation: Invocation): Promise<number> {
    const [first, ...rest] = invocation.positionals;
    if (first === undefined) {
      throw new UsageError("USAGE", "Cannot schedule: there is no script", {
        hint: 'kubescript schedule FILE --cron "*/5 * * * *", or kubescript schedule list.',
      });
    }
    const verb = Object.hasOwn(VERBS, first) ? await VERBS[first]?.() : undefined;
    if (verb !== undefined) return verb({ ...invocation, positionals: rest });
    const { create } = await import("../schedule/create.ts");
    return create(invocation, Object.keys(VERBS));
  },
};

async function offer(asked: Asked): Promise<Offer> {
  const [verb, ...names] = asked.positionals;
  if (verb === undefined) {
    const scripts = await scriptWords(asked);
    return { ...scripts, suggestions: [...Object.keys(VERBS).map((value) => ({ value })), ...scripts.suggestions] };
  }
  if (!Object.hasOwn(VERBS, verb)) return scriptWords(asked);
  if (verb === "list" || names.length > 0) return NOTHING;
  return fromCluster(asked, async (k8s, signal) => {
    const found = await listSchedules(resourcesOf(k8s), k8s.namespace, { signal });
    return found.map(({ name }) => name);
  });
}
