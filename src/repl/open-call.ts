/** A call whose options are being typed: `k8s.pods.logs("web", { follow: true, ta`. */
export interface OpenCall {
  /** What stands before the method: `k8s.pods`. */
  readonly chain: string;
  readonly method: string;
  /** Which argument the options are. */
  readonly position: number;
  /** Options that stand there already. */
  readonly given: readonly string[];
  /** The beginning of the next one's name. */
  readonly typed: string;
}

interface Bracket {
  readonly opened: string;
  readonly at: number;
  /** Where its parts begin: after itself and after each comma. */
  readonly parts: number[];
}

const CALLED = /([\w$]+(?:\([^()]*\))?(?:\.[\w$]+(?:\([^()]*\))?)*)\.([\w$]+)$/;

/** A text that is being typed: `k8s.pods.logs("web", { container: "si`. */
export interface OpenText {
  readonly chain: string;
  readonly method: string;
  /** Which argument it is in. */
  readonly position: number;
  /** The option that it is the value of; undefined where it is an argument itself, or one of a list. */
  readonly option: string | undefined;
  /** What the first argument is, where that is a text. */
  readonly first: string | undefined;
  readonly typed: string;
}

/** The text at the end of a line, where it is given to a call; undefined anywhere else. */
export function openText(line: string): OpenText | undefined {
  const { open, quoteAt } = scan(line);
  if (quoteAt === undefined) return undefined;
  const inList = open.at(-1)?.opened === "[" ? open.pop() : undefined;
  const object = open.at(-1)?.opened === "{" ? open.pop() : undefined;
  const call = open.at(-1);
  if (call?.opened !== "(") return undefined;
  const [, chain, method] = CALLED.exec(line.slice(0, call.at)) ?? [];
  if (chain === undefined || method === undefined) return undefined;
  const before = line.slice((object ?? call).parts.at(-1), inList?.at ?? quoteAt);
  const option = /^\s*([\w$]+)\s*:\s*$/.exec(before)?.[1];
  if (object === undefined ? before.trim() !== "" : option === undefined) return undefined;
  const first = /^\s*(["'`])([^"'`]*)\1\s*,/.exec(line.slice(call.at + 1))?.[2];
  return { chain, method, position: call.parts.length - 1, option, first, typed: line.slice(quoteAt + 1) };
}

/** The call at the end of a line where the name of an option can come next; undefined anywhere else. */
export function openCall(line: string): OpenCall | undefined {
  const { open, quoteAt } = scan(line);
  if (quoteAt !== undefined) return undefined;
  const [call, object] = open.slice(-2);
  if (call?.opened !== "(" || object?.opened !== "{") return undefined;
  const [, chain, method] = CALLED.exec(line.slice(0, call.at)) ?? [];
  const names = object.parts.map((from, index) => line.slice(from, object.parts[index + 1]).trim());
  const typed = names.pop() ?? "";
  if (chain === undefined || method === undefined || !/^[\w$]*$/.test(typed)) return undefined;
  const given = names.map((name) => /^[\w$]+/.exec(name)?.[0] ?? "");
  // The object is all that there is yet of its argument.
  if (line.slice(call.parts.at(-1), object.at).trim() !== "") return undefined;
  return { chain, method, position: call.parts.length - 1, given, typed };
}

/** Brackets that are still open at the end of a line, the outermost first, and where the text begins that it ends in. */
function scan(line: string): { open: Bracket[]; quoteAt: number | undefined } {
  const open: Bracket[] = [];
  let quoteAt: number | undefined;
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at);
    if (quoteAt !== undefined) {
      if (sign === "\\") at++;
      else if (sign === line.charAt(quoteAt)) quoteAt = undefined;
    } else if (`"'\``.includes(sign)) quoteAt = at;
    else if ("([{".includes(sign)) open.push({ opened: sign, at, parts: [at + 1] });
    else if (")]}".includes(sign)) open.pop();
    else if (sign === ",") open.at(-1)?.parts.push(at + 1);
  }
  return { open, quoteAt };
}
