/** A line that both sides have, or only one. */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/**
 * The lines that differ between two texts, marked `-` and `+`, with up to `context` equal lines (default 3) around
 * them and `@@` between stretches. Empty when the texts are equal.
 */
export function lineDiff(before: string, after: string, context = 3): string {
  const lines = compared(
    before === "" ? [] : before.trimEnd().split("\n"),
    after === "" ? [] : after.trimEnd().split("\n"),
  );
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== " "),
  );
  const output: string[] = [];
  lines.forEach(({ mark, text }, index) => {
    if (!near[index]) return;
    if (index > 0 && !near[index - 1]) output.push("@@");
    output.push(`${mark}${text}`);
  });
  return output.join("\n");
}

/** The longest common subsequence by dynamic programming over what is left between equal ends. */
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
  const same = (text: string): DiffLine => ({ mark: " ", text });
  return [...before.slice(0, start).map(same), ...middle(left, right), ...before.slice(before.length - end).map(same)];
}

function middle(left: readonly string[], right: readonly string[]): DiffLine[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({ mark: " ", text: left[i] ?? "" });
      i += 1;
      j += 1;
    } else if (
      j >= right.length ||
      (i < left.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ mark: "-", text: left[i] ?? "" });
      i += 1;
    } else {
      lines.push({ mark: "+", text: right[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}
