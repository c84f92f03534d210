/** A line that both sides have, or only one. */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Up to so many pairs of lines are compared with each other; beyond, only by the lines that are the only ones of their kind. */
const MOST_PAIRS = 1_000_000;

/**
 * What differs between two texts as the hunks of a unified diff: lines marked `-` and `+`, with up to `context` equal
 * lines (default 3) around them. Empty when the texts are equal.
 */
export function lineDiff(before: string, after: string, context = 3): string {
  const lines = compared(linesOf(before), linesOf(after));
  const output: string[] = [];
  let [left, right, at] = [1, 1, 0];
  for (const hunk of hunksOf(lines, context)) {
    // Lines between hunks are equal: they count on both sides.
    left += hunk.start - at;
    right += hunk.start - at;
    const part = lines.slice(hunk.start, hunk.end);
    const [removed, added] = ["+", "-"].map((other) => part.filter(({ mark }) => mark !== other).length);
    output.push(`@@ -${rangeOf(left, removed ?? 0)} +${rangeOf(right, added ?? 0)} @@`);
    for (const { mark, text } of part) output.push(`${mark}${text}`);
    left += removed ?? 0;
    right += added ?? 0;
    at = hunk.end;
  }
  return output.join("\n");
}

/** Where a stretch has no lines, the line before it counts. */
function rangeOf(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** Stretches of differing lines with the equal ones around them, joined where these meet. */
function hunksOf(lines: readonly DiffLine[], context: number): { readonly start: number; readonly end: number }[] {
  const hunks: { start: number; end: number }[] = [];
  for (const [index, { mark }] of lines.entries()) {
    if (mark === " ") continue;
    const [start, end] = [Math.max(0, index - context), Math.min(lines.length, index + context + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  }
  return hunks;
}

/** Equal lines at both ends are kept; what is between is compared. */
function compared(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  const middle = left.length * right.length <= MOST_PAIRS ? bySubsequence(left, right) : byAnchors(left, right);
  return [...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)];
}

function same(text: string): DiffLine {
  return { mark: " ", text };
}

function replaced(left: readonly string[], right: readonly string[]): DiffLine[] {
  return [
    ...left.map((text): DiffLine => ({ mark: "-", text })),
    ...right.map((text): DiffLine => ({ mark: "+", text })),
  ];
}

/** Lines that stand once on each side, in the longest order that both have, part long texts into short ones. */
function byAnchors(left: readonly string[], right: readonly string[]): DiffLine[] {
  const anchors = longestRising(uniquePairs(left, right));
  if (anchors.length === 0) return replaced(left, right);
  const lines: DiffLine[] = [];
  let [fromLeft, fromRight] = [0, 0];
  for (const [atLeft, atRight] of anchors) {
    for (const line of compared(left.slice(fromLeft, atLeft), right.slice(fromRight, atRight))) lines.push(line);
    lines.push(same(left[atLeft] ?? ""));
    [fromLeft, fromRight] = [atLeft + 1, atRight + 1];
  }
  for (const line of compared(left.slice(fromLeft), right.slice(fromRight))) lines.push(line);
  return lines;
}

/** Positions, left and right, of lines that each side has once; in the order of the left. */
function uniquePairs(left: readonly string[], right: readonly string[]): [number, number][] {
  const onlyOnes = (lines: readonly string[]): Map<string, number> => {
    const positions = new Map<string, number>();
    const repeated = new Set<string>();
    for (const [index, line] of lines.entries()) {
      if (positions.has(line)) repeated.add(line);
      else positions.set(line, index);
    }
    for (const line of repeated) positions.delete(line);
    return positions;
  };
  const there = onlyOnes(right);
  return [...onlyOnes(left)].flatMap(([line, at]): [number, number][] => {
    const other = there.get(line);
    return other === undefined ? [] : [[at, other]];
  });
}

/** The most pairs whose right positions rise as their left ones do. */
function longestRising(pairs: readonly [number, number][]): [number, number][] {
  /** Of the chains so far, by their length, the one that ends lowest. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, [, right]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < right) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1];
    ends[low] = index;
  }
  const chain: [number, number][] = [];
  for (let index = ends.at(-1); index !== undefined; index = before[index]) {
    const pair = pairs[index];
    if (pair !== undefined) chain.push(pair);
  }
  return chain.reverse();
}

/** The longest common subsequence, by dynamic programming. */
function bySubsequence(left: readonly string[], right: readonly string[]): DiffLine[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push(same(left[i] ?? ""));
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: "-", text: left[i] ?? "" });
      i += 1;
    } else {
      lines.push({ mark: "+", text: right[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}
