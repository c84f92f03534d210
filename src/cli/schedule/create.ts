import { fileURLToPath } from "node:url";
import { Cron } from "croner";
import { parseDuration } from "../../core/duration.ts";
import { nearest } from "../../core/nearest.ts";
import { formatYamlDocuments } from "../../core/yaml.ts";
import { isKubescriptError, UsageError } from "../../errors.ts";
import type { Cluster } from "../../runtime/cluster.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import { packageRoot } from "../../runtime/package-root.ts";
import { findScript, recipeName } from "../../runtime/run-script.ts";
import { type Access, type AccessRules, accessRules, describeRules } from "../../schedule/access-rules.ts";
import { readAllow } from "../../schedule/allow-flag.ts";
import { applySchedule } from "../../schedule/apply-schedule.ts";
import { bundleScript, type PackageModules } from "../../schedule/bundle.ts";
import { escalationNote } from "../../schedule/granting-access.ts";
import { type ScheduleSpec, scheduleManifests } from "../../schedule/manifests.ts";
import { type ResourceLookup, sourceRights } from "../../schedule/source-rights.ts";
import type { Invocation } from "../command.ts";
import { write } from "../terminal.ts";
import { tellFailure, trialRun } from "../trial-run.ts";
import { reportRow, withSchedules } from "./verb.ts";

/** `schedule FILE --cron …`; `verbs` may be what a word that is no file was meant for. */
export async function create(invocation: Invocation, verbs: readonly string[]): Promise<number> {
  const { values, positionals, terminal } = invocation;
  const [name = "", ...words] = positionals;
  const file = scriptOf(name, terminal.cwd, verbs);
  const cron = cronFlag(invocation);
  const settings = settingsOf(invocation);
  const bundle = await bundleScript(file, packageModules());
  const scheduleName = nameOf(invocation, file);
  const trial = await trialAccesses(invocation, file, words);
  // -o yaml and json print the manifests instead of applying them; the other forms are of the report
  const print = values.output === "yaml" || values.output === "json";
  let manifests: ReturnType<typeof scheduleManifests> = [];
  const code = await withSchedules(
    print ? { ...invocation, values: { ...values, output: undefined } } : invocation,
    async ({ k8s, resources, namespace, signal }) => {
      const rules = await rulesFor(invocation, file, namespace, k8s, trial);
      manifests = scheduleManifests({
        ...settings,
        name: scheduleName,
        namespace,
        cron,
        packed: bundle.packed,
        sha256: bundle.sha256,
        source: recipeName(file),
        args: words,
        rules,
      });
      if (print) return undefined;
      await tell(invocation, "Rights:", describeRules(rules));
      const note = escalationNote(rules);
      if (note !== undefined) await tell(invocation, note, []);
      const dryRun = values["dry-run"] === true;
      const changes = await applySchedule(resources, manifests, { dryRun, signal });
      const next = new Cron(cron, { timezone: settings.timeZone ?? "UTC", paused: true }).nextRun();
      if (!dryRun && next && !settings.suspend) terminal.stderr.write(`Next run: ${next.toISOString()}\n`);
      return changes.map(({ action, object }) => reportRow(dryRun ? "valid (dry run)" : action, object));
    },
  );
  if (print && code === EXIT.done) {
    await write(terminal.stdout, manifestText(manifests, values.output === "json"));
    await write(terminal.stderr, "Apply them with: kubectl apply -f -\n");
  }
  return code;
}

function scriptOf(name: string, folder: string, verbs: readonly string[]): string {
  try {
    return findScript(name, folder, "schedule");
  } catch (error) {
    const near = nearest(name, verbs);
    if (near === undefined || !(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, error.message, { hint: `Did you mean kubescript schedule ${near}?` });
  }
}

function manifestText(manifests: ReturnType<typeof scheduleManifests>, json: boolean): string {
  if (json) return `${JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }, null, 2)}\n`;
  return formatYamlDocuments(manifests);
}

/** What a trial run showed; empty with --no-trial. */
async function trialAccesses(
  invocation: Invocation,
  file: string,
  words: readonly string[],
): Promise<readonly Access[]> {
  const { values, terminal } = invocation;
  if (values["no-trial"] === true) return [];
  const trial = await trialRun(values, terminal, { file, words });
  const { failure } = trial;
  if (isKubescriptError(failure) && failure.code === "USAGE") throw failure;
  await tellFailure(trial, terminal);
  return trial.accesses;
}

async function rulesFor(
  { values }: Invocation,
  file: string,
  namespace: string,
  k8s: Cluster,
  trial: readonly Access[],
): Promise<AccessRules> {
  const lookup: ResourceLookup = {
    listable: () => k8s.resources({ verbs: ["list"] }),
    resolve: (one) =>
      k8s
        .resource(one)
        .resource()
        .catch((error: unknown) => {
          if (isKubescriptError(error) && error.code === "UNKNOWN_RESOURCE") return undefined;
          throw error;
        }),
  };
  const given = (values.allow ?? []) as readonly string[];
  const allowed = await Promise.all(given.map((text) => readAllow(text, namespace, lookup)));
  return accessRules([...trial, ...(await sourceRights(file, namespace, lookup)), ...allowed.flat()]);
}

async function tell({ terminal }: Invocation, heading: string, lines: readonly string[]): Promise<void> {
  await write(terminal.stderr, `${[heading, ...lines.map((line) => `  ${line}`)].join("\n")}\n`);
}

function packageModules(): PackageModules {
  const { url, fromSource } = packageRoot();
  const module = (name: string): string =>
    fileURLToPath(new URL(fromSource ? `src/${name}.ts` : `dist/${name}.js`, url));
  return { index: module("index"), job: module("schedule/job") };
}

/** A CronJob's name leaves room for what its Jobs add: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
const MAX_NAME = 52;

function nameOf({ values }: Invocation, file: string): string {
  const given = typeof values.name === "string" ? values.name : undefined;
  const name =
    given ??
    recipeName(file)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, MAX_NAME);
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= MAX_NAME) return name;
  throw new UsageError("USAGE", `Cannot name a schedule "${name}"`, {
    hint: `Give --name: up to ${MAX_NAME} lower-case letters, digits and "-", beginning and ending with a letter or digit.`,
  });
}

/** Kubernetes takes five fields or a macro; croner, which takes more, says what is wrong with them. */
function cronFlag({ values }: Invocation): string {
  const { cron } = values;
  if (typeof cron !== "string") {
    throw new UsageError("USAGE", "Cannot schedule: --cron says when, and it is missing", {
      hint: 'For example --cron "*/5 * * * *": minute, hour, day of the month, month, day of the week.',
    });
  }
  const refuse = (why: string): UsageError =>
    new UsageError("USAGE", `Cannot read --cron "${cron}": ${why}`, {
      hint: 'Five fields: minute, hour, day of the month, month, day of the week; "*/5 * * * *" is every five minutes.',
    });
  const fields = cron.trim().split(/\s+/);
  if (!cron.startsWith("@") && fields.length !== 5) throw refuse(`it has ${fields.length} fields`);
  try {
    new Cron(cron, { paused: true });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  return cron.trim();
}

type Settings = Pick<
  ScheduleSpec,
  "image" | "timeZone" | "concurrencyPolicy" | "timeoutSeconds" | "backoffLimit" | "suspend"
>;

function settingsOf(invocation: Invocation): Settings {
  const { values } = invocation;
  const policies = ["Allow", "Forbid", "Replace"] as const;
  const given = values["concurrency-policy"];
  const concurrencyPolicy = policies.find((one) => one === given);
  if (given !== undefined && concurrencyPolicy === undefined) {
    throw new UsageError("USAGE", `Cannot use --concurrency-policy ${String(given)}`, {
      hint: `It is one of ${policies.join(", ")}.`,
    });
  }
  const timeZone = textFlag(invocation, "time-zone");
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new UsageError("USAGE", `Cannot use --time-zone ${timeZone}: there is no such zone`, {
      hint: "IANA names, such as Europe/Paris or America/New_York.",
    });
  }
  const backoff = textFlag(invocation, "backoff-limit");
  if (backoff !== undefined && !/^\d+$/.test(backoff)) {
    throw new UsageError("USAGE", `Cannot use --backoff-limit ${backoff}: it is a whole number from 0`);
  }
  const timeoutMs = durationFlag(invocation, "timeout");
  return {
    image: textFlag(invocation, "image"),
    timeZone,
    concurrencyPolicy,
    timeoutSeconds: timeoutMs === undefined ? undefined : Math.max(1, Math.round(timeoutMs / 1000)),
    backoffLimit: backoff === undefined ? undefined : Number(backoff),
    suspend: values.suspend === true ? true : undefined,
  };
}

function textFlag({ values }: Invocation, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Milliseconds. */
function durationFlag(invocation: Invocation, name: string): number | undefined {
  const text = textFlag(invocation, name);
  return text === undefined ? undefined : parseDuration(text);
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
