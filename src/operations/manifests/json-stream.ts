/** One value of a stream, as it stands in the text. */
export interface JsonPiece {
  /** Lines of the text before it. */
  readonly line: number;
  readonly text: string;
}

/**
 * The objects of a text that is JSON objects one after the other, as `jq '.items[]'` prints them and kubectl reads them;
 * undefined for any other text, and for a single object.
 */
export function jsonStream(text: string): JsonPiece[] | undefined {
  const pieces: JsonPiece[] = [];
  let [depth, start, line, startLine] = [0, 0, 0, 0];
  // A whole string, a line break, a brace, or what may stand between two objects no more than inside one.
  for (const { 0: token, index } of text.matchAll(/"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\n|[{}]|[^\s"{}]+|"/g)) {
    if (token === "\n") line += 1;
    else if (token === "{") {
      if (depth === 0) [start, startLine] = [index, line];
      depth += 1;
    } else if (depth === 0) return undefined;
    else if (token === "}") {
      depth -= 1;
      if (depth === 0) pieces.push({ line: startLine, text: text.slice(start, index + 1) });
    }
  }
  return depth === 0 && pieces.length > 1 ? pieces : undefined;
}
