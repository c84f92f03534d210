/**
 * The words of a command line that a shell completes, quotes and backslashes resolved as POSIX shells do; the last is the
 * one at the cursor, empty behind a space. Nothing is expanded: a `$` is a `$`.
 */
export function lineWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let begun = false;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (quote === undefined && /\s/.test(char)) {
      if (begun) words.push(word);
      [word, begun] = ["", false];
      continue;
    }
    begun = true;
    if (quote === "'" || char !== "\\") {
      if (char === quote) quote = undefined;
      else if (quote === undefined && (char === "'" || char === '"')) quote = char;
      else word += char;
      continue;
    }
    at += 1;
    const escaped = line.charAt(at);
    word += quote === '"' && !/["\\$`]/.test(escaped) ? `\\${escaped}` : escaped;
  }
  return [...words, word];
}
