import type { Pod } from "../../pods/pod.ts";

/** Annotation and label that tell which part of an Indexed Job a pod does. */
export const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** `0-2,4` for 0, 1, 2 and 4. */
export function formatIndexes(indexes: Iterable<number>): string {
  const runs: [first: number, last: number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`,
    )
    .join(",");
}

/** The indexes of {@link formatIndexes}' text; parts that are no number are left out. */
export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? "").split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    for (let index = Number(match[1]); index <= Number(match[2] ?? match[1]); index++) indexes.add(index);
  }
  return indexes;
}
