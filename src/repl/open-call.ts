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

/** The call at the end of a line where the name of an option can come next; undefined anywhere else. */
export function openCall(line: string): OpenCall | undefined {
  const brackets = openBrackets(line);
  const [call, object] = brackets?.slice(-2) ?? [];
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

/** Brackets that are still open at the end of a line, the outermost first; undefined within a text. */
function openBrackets(line: string): Bracket[] | undefined {
  const open: Bracket[] = [];
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at);
    if (quote !== "") {
      if (sign === "\\") at++;
      else if (sign === quote) quote = "";
    } else if (`"'\``.includes(sign)) quote = sign;
    else if ("([{".includes(sign)) open.push({ opened: sign, at, parts: [at + 1] });
    else if (")]}".includes(sign)) open.pop();
    else if (sign === ",") open.at(-1)?.parts.push(at + 1);
  }
  return quote === "" ? open : undefined;
}
