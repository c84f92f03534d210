/** Names of files by pattern, as shells have them: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any folders. */

/** Whether a text is a pattern, and not just a name. */
export function isGlob(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^{}]*,[^{}]*\}/.test(text);
}

/** The folder that every match is below, and the rest of the pattern. */
export function splitGlob(pattern: string): { readonly base: string; readonly rest: string } {
  const segments = pattern.split("/");
  const first = segments.findIndex(isGlob);
  const base = segments.slice(0, first).join("/");
  return { base: base === "" ? (pattern.startsWith("/") ? "/" : ".") : base, rest: segments.slice(first).join("/") };
}

/** What the path of a match, relative to the base, is like. Names that begin with a dot only match a pattern that does. */
export function globExpression(rest: string): RegExp {
  const segments = rest.split("/");
  const parts = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === "**") return isLast ? "(?:(?!\\.)[^/]+/)*(?!\\.)[^/]+" : "(?:(?!\\.)[^/]+/)*";
    return `${segmentExpression(segment)}${isLast ? "" : "/"}`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

function segmentExpression(segment: string): string {
  const hidden = segment.startsWith(".") ? "" : "(?!\\.)";
  let depth = 0;
  const text = segment.replace(/\*+|\?|\[(!|\^)?([^\]]+)\]|[{},]|[\\^$+.()|[\]]/g, (token, negated, set) => {
    if (token.startsWith("*")) return "[^/]*";
    if (token === "?") return "[^/]";
    if (set !== undefined) return `[${negated === undefined ? "" : "^/"}${String(set).replace(/[\\^[]/g, "\\$&")}]`;
    if (token === "{") {
      depth += 1;
      return "(?:";
    }
    if (token === "}" && depth > 0) {
      depth -= 1;
      return ")";
    }
    if (token === "," && depth > 0) return "|";
    return token === "," ? "," : `\\${token}`;
  });
  return `${hidden}${text}`;
}
