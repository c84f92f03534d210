/** POSIX classes, which JavaScript does not know. */
const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  digit: "0-9",
  lower: "a-z",
  punct: "!-/:-@[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const compiled = new Map<string, RegExp | undefined>();
const MAX_KEPT = 1000;

/**
 * A pattern of Go's syntax (RE2) as JavaScript's: leading flags, `\A`, `\z`, POSIX classes and named groups are
 * translated. Undefined when it is no regular expression.
 * https://github.com/google/re2/wiki/Syntax
 */
export function regularExpression(pattern: string): RegExp | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  if (compiled.size >= MAX_KEPT) compiled.clear();
  const expression = compile(pattern);
  compiled.set(pattern, expression);
  return expression;
}

function compile(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replace(/\[:(\w+):\]/g, (text, name: string) => POSIX[name] ?? text)
    .replaceAll("(?P<", "(?<")
    .replace(/\\([Az])/g, (_text, anchor: string) => (anchor === "A" ? "^" : "$"));
  for (const mode of ["u", ""]) {
    try {
      return new RegExp(body, `${mode}${flags?.[1] ?? ""}`);
    } catch {
      // what the strict mode refuses (such as a needless escape) may still be an expression without it
    }
  }
  return undefined;
}
