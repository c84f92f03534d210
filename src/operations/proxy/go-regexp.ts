/** Characters of an expression that RE2 lets be escaped or left bare, and JavaScript does not. */
const SYNTAX = new Set("^$\\.*+?()[]{}|/");

/** ASCII classes by their POSIX names. https://pkg.go.dev/regexp/syntax */
const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/**
 * A regular expression as Go writes it, with the same meaning: `.` is all but a line feed, `\A` and `\z` are the text's
 * ends, braces that are no quantifier stand for themselves. What JavaScript has besides (look-around, references) is
 * let through; what it lacks (`(?i)` in the middle, `\Q`) is a SyntaxError, never another meaning.
 */
export function goRegExp(pattern: string): RegExp {
  const leading = /^\(\?([ims]+)\)/.exec(pattern)?.[1] ?? "";
  const flags = `u${leading.includes("i") ? "i" : ""}${leading.includes("m") ? "m" : ""}`;
  const any = leading.includes("s") ? "[\\s\\S]" : "[^\\n]";
  let rest = leading === "" ? pattern : pattern.slice(leading.length + 3);
  let source = "";
  while (rest !== "") {
    const { length, text } = rest.startsWith("[") ? bracketed(rest) : piece(rest, any);
    source += text;
    rest = rest.slice(length);
  }
  return new RegExp(source, flags);
}

/** How much of the pattern was read, and what it is in JavaScript. */
interface Piece {
  readonly length: number;
  readonly text: string;
}

function piece(rest: string, any: string): Piece {
  if (rest.startsWith("\\")) return escaped(rest);
  if (rest.startsWith("(?P<")) return { length: 4, text: "(?<" };
  if (rest.startsWith(".")) return { length: 1, text: any };
  const quantifier = /^\{\d+(?:,\d*)?\}/.exec(rest)?.[0];
  if (quantifier !== undefined) return { length: quantifier.length, text: quantifier };
  const first = rest.charAt(0);
  return { length: 1, text: "{}]".includes(first) ? `\\${first}` : first };
}

function escaped(rest: string): Piece {
  const next = rest.charAt(1);
  if (next === "A") return { length: 2, text: "(?<![\\s\\S])" };
  if (next === "z") return { length: 2, text: "(?![\\s\\S])" };
  const bare = next !== "" && /[\x21-\x7e]/.test(next) && !/[0-9A-Za-z]/.test(next) && !SYNTAX.has(next);
  return { length: 2, text: bare ? next : rest.slice(0, 2) };
}

/** A class up to its closing bracket, which as its first character stands for itself. */
function bracketed(pattern: string): Piece {
  const opening = pattern.startsWith("[^") ? "[^" : "[";
  let text = opening;
  let at = opening.length;
  if (pattern.charAt(at) === "]") {
    text += "\\]";
    at += 1;
  }
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const posix = /^\[:(\w+):\]/.exec(rest);
    const members = POSIX[posix?.[1] ?? ""];
    if (posix !== null && members !== undefined) {
      text += members;
      at += posix[0].length;
    } else if (rest.startsWith("\\")) {
      const one = rest.startsWith("\\-") ? { length: 2, text: "\\-" } : escaped(rest);
      text += one.text;
      at += one.length;
    } else if (rest.startsWith("[:")) {
      throw new SyntaxError(`there is no class ${rest.slice(0, 12)}`);
    } else if (rest.startsWith("]")) {
      return { length: at + 1, text: `${text}]` };
    } else {
      text += rest.startsWith("[") ? "\\[" : rest.charAt(0);
      at += 1;
    }
  }
  throw new SyntaxError("a class is not closed");
}
