import type { Programs } from "./programs.ts";

/** Lines that older versions of kubectl cannot take, by the minor version that brought what they need. */
const SINCE: readonly (readonly [RegExp, number])[] = [
  [/^kubectl (run|set|rollout|taint|label|expose|autoscale) .*--dry-run=server/, 22],
  [/^kubectl create (job .*--from=|cronjob\b|poddisruptionbudget\b)/, 21],
  [/^kubectl events\b/, 26],
  [/^kubectl create token\b/, 24],
  [/^kubectl auth whoami\b/, 28],
  [/--applyset=/, 27],
  [/^kubectl wait --for=jsonpath=/, 23],
  [/^kubectl wait --for=delete\b/, 23],
  [/^kubectl wait --for=create\b/, 31],
  [/--subresource=/, 24],
  [/^kubectl autoscale .*--(cpu|memory)=/, 35],
  [/^kubectl debug\b/, 25],
  [/^kubectl top pods .*--sum/, 24],
  [/^kubectl cp .*--retries/, 23],
  [/^kubectl describe .*--show-events/, 21],
];

/** Whether a kubectl is too old for a line. */
export function lackedBy(programs: Programs): (line: string) => boolean {
  const text = programs.must(["version", "--client", "-o", "json"]);
  const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } };
  const minor = Number.parseInt(clientVersion.minor, 10);
  return (line) => SINCE.some(([form, since]) => form.test(line) && minor < since);
}
