import { MAX_JSON_DEPTH } from "./json-syntax.ts";

/** What one pass over a valid JSON text tells that JSON.parse does not. */
export interface JsonShape {
  /** Members of all objects, a repeated name counted each time. */
  readonly members: number;
  readonly tooDeep: boolean;
}

/** Counts members and depth of a text that JSON.parse has accepted. */
export function jsonShape(bytes: Uint8Array): JsonShape {
  let members = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
    } else if (byte === 0x3a) members++;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { members, tooDeep: deepest > MAX_JSON_DEPTH };
}

/**
 * Paths of the members that an earlier one of the same object has the name of: `data.a`, `spec.ports[0].name`.
 * Of a text that JSON.parse has accepted.
 */
export function duplicateMembers(text: string): string[] {
  const found: string[] = [];
  const stack: { names: Set<string> | undefined; path: string; index: number; name: string }[] = [];
  const pathOf = (): string => {
    const top = stack.at(-1);
    if (top === undefined) return "";
    if (top.names === undefined) return `${top.path}[${top.index}]`;
    return top.path === "" ? top.name : `${top.path}.${top.name}`;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const start = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === "\\") at++;
      const top = stack.at(-1);
      if (top?.names === undefined || !/^\s*:/.test(text.slice(at + 1, at + 64))) continue;
      top.name = JSON.parse(text.slice(start, at + 1)) as string;
      if (top.names.has(top.name)) found.push(pathOf());
      top.names.add(top.name);
    } else if (char === "{") stack.push({ names: new Set(), path: pathOf(), index: 0, name: "" });
    else if (char === "[") stack.push({ names: undefined, path: pathOf(), index: 0, name: "" });
    else if (char === "}" || char === "]") stack.pop();
    else if (char === ",") {
      const top = stack.at(-1);
      if (top !== undefined) top.index++;
    }
  }
  return [...new Set(found)];
}
