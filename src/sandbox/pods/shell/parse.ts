/** A piece of a word, before expansion. */
export type Part =
  | { readonly type: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly type: "variable"; readonly name: string; readonly fallback: string; readonly quoted: boolean }
  | { readonly type: "arithmetic"; readonly expression: string }
  | { readonly type: "command"; readonly source: string; readonly quoted: boolean };

export type Word = readonly Part[];

/** Commands and how each is joined to the next. */
export type List = readonly { readonly command: Command; readonly then: ";" | "&" | "&&" | "||" }[];

export type Command =
  | {
      readonly type: "simple";
      readonly assignments: readonly (readonly [string, Word])[];
      readonly words: readonly Word[];
      readonly silent: boolean;
    }
  | { readonly type: "pipe"; readonly commands: readonly Command[] }
  | { readonly type: "loop"; readonly until: boolean; readonly condition: List; readonly body: List }
  | { readonly type: "for"; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  | {
      readonly type: "if";
      readonly branches: readonly { readonly condition: List; readonly body: List }[];
      readonly otherwise: List;
    }
  | { readonly type: "group"; readonly body: List };

/** The script uses something that this little shell does not know. */
export class UnknownSyntax extends Error {}

interface Token {
  readonly operator: string | undefined;
  readonly word: Word;
}

const OPERATORS = ["&&", "||", ";;", ">>", "<<", ">&", "<&", ";", "&", "|", "(", ")", ">", "<", "\n"];

/** Reads a script in the common subset of POSIX sh: lists, pipes, loops, conditions, quotes and expansions. */
export function parseScript(source: string): List {
  const tokens = tokenize(source);
  let at = 0;

  const peek = (): Token | undefined => tokens[at];
  const isOperator = (...names: string[]): boolean => names.includes(peek()?.operator ?? "none");
  const isWord = (...names: string[]): boolean => {
    const token = peek();
    return token?.operator === undefined && token !== undefined && names.includes(bareText(token.word) ?? "");
  };
  const expectWord = (name: string): void => {
    if (!isWord(name)) throw new UnknownSyntax(`expected "${name}"`);
    at++;
  };
  const skipSeparators = (): void => {
    while (isOperator(";", "\n")) at++;
  };

  function list(...ends: string[]): List {
    const items: { command: Command; then: ";" | "&" | "&&" | "||" }[] = [];
    for (skipSeparators(); peek() !== undefined && !isWord(...ends) && !isOperator(")"); skipSeparators()) {
      const command = pipe();
      const joint = peek()?.operator;
      const then = joint === "&&" || joint === "||" || joint === "&" ? joint : ";";
      if (then !== ";") at++;
      else if (peek() !== undefined && !isOperator(";", "\n", ")") && !isWord(...ends))
        throw new UnknownSyntax("joint");
      items.push({ command, then });
    }
    return items;
  }

  function pipe(): Command {
    const commands = [command()];
    while (isOperator("|")) {
      at++;
      commands.push(command());
    }
    const [only] = commands;
    return commands.length === 1 && only !== undefined ? only : { type: "pipe", commands };
  }

  function body(): List {
    skipSeparators();
    expectWord("do");
    const inner = list("done");
    expectWord("done");
    return inner;
  }

  function command(): Command {
    if (isOperator("(")) {
      at++;
      const inner = list();
      if (!isOperator(")")) throw new UnknownSyntax("expected )");
      at++;
      return redirected({ type: "group", body: inner });
    }
    if (isWord("{")) {
      at++;
      const inner = list("}");
      expectWord("}");
      return redirected({ type: "group", body: inner });
    }
    if (isWord("while", "until")) {
      const until = isWord("until");
      at++;
      const condition = list("do");
      return redirected({ type: "loop", until, condition, body: body() });
    }
    if (isWord("for")) return forLoop();
    if (isWord("if")) return condition();
    return simple();
  }

  function forLoop(): Command {
    at++;
    const name = bareText(tokens[at++]?.word ?? []) ?? "";
    const words: Word[] = [];
    if (isWord("in")) {
      at++;
      for (let token = peek(); token !== undefined && token.operator === undefined; token = peek()) {
        words.push(token.word);
        at++;
      }
    }
    return redirected({ type: "for", name, words, body: body() });
  }

  function condition(): Command {
    const branches: { condition: List; body: List }[] = [];
    let otherwise: List = [];
    do {
      at++;
      const test = list("then");
      expectWord("then");
      branches.push({ condition: test, body: list("elif", "else", "fi") });
    } while (isWord("elif"));
    if (isWord("else")) {
      at++;
      otherwise = list("fi");
    }
    expectWord("fi");
    return redirected({ type: "if", branches, otherwise });
  }

  /** Where a compound command's output goes does not matter to what it does. */
  function redirected(compound: Command): Command {
    redirections();
    return compound;
  }

  /** Skips redirections; true when the output goes to a file. */
  function redirections(): boolean {
    let silent = false;
    while (isOperator(">", ">>", "<", ">&", "<&")) {
      silent ||= isOperator(">", ">>");
      at += 2;
    }
    if (isOperator("<<")) throw new UnknownSyntax("here-document");
    return silent;
  }

  function simple(): Command {
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    let silent = false;
    for (let token = peek(); token !== undefined; token = peek()) {
      if (token.operator !== undefined) {
        const before = at;
        // `2>` and its like: the number belongs to the redirection
        const number = /^[0-9]$/.test(bareText(words.at(-1) ?? []) ?? "") && isOperator(">", ">>", ">&");
        const drops = redirections();
        if (at === before) break;
        if (number) words.pop();
        else silent ||= drops;
        continue;
      }
      at++;
      const assigned = words.length === 0 ? assignment(token.word) : undefined;
      if (assigned === undefined) words.push(token.word);
      else assignments.push(assigned);
    }
    if (words.length === 0 && assignments.length === 0) throw new UnknownSyntax("expected a command");
    return { type: "simple", assignments, words, silent };
  }

  const script = list();
  if (peek() !== undefined) throw new UnknownSyntax("trailing tokens");
  return script;
}

function assignment(word: Word): [string, Word] | undefined {
  const [first, ...rest] = word;
  const match = first?.type === "text" && !first.quoted ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) : null;
  if (match === null) return undefined;
  return [match[1] ?? "", [{ type: "text", text: match[2] ?? "", quoted: false }, ...rest]];
}

/** The text of a word without quotes or expansions: what keywords are. */
function bareText(word: Word): string | undefined {
  const [only] = word;
  return word.length === 1 && only?.type === "text" && !only.quoted ? only.text : undefined;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let parts: Part[] | undefined;
  let at = 0;
  const text = (value: string, quoted: boolean): void => {
    const last = parts?.at(-1);
    if (parts !== undefined && last?.type === "text" && last.quoted === quoted) {
      parts[parts.length - 1] = { type: "text", text: last.text + value, quoted };
    } else parts = [...(parts ?? []), { type: "text", text: value, quoted }];
  };
  const flush = (): void => {
    if (parts !== undefined) tokens.push({ operator: undefined, word: parts });
    parts = undefined;
  };
  const expansion = (quoted: boolean): void => {
    const rest = source.slice(at);
    const end = (length: number, part: Part): void => {
      parts = [...(parts ?? []), part];
      at += length;
    };
    const plain = /^\$([A-Za-z_]\w*|[0-9?#@*$!])/.exec(rest);
    const braced = /^\$\{([A-Za-z_]\w*|[0-9?#@*])(?::?-([^}]*))?\}/.exec(rest);
    if (rest.startsWith("$((")) {
      const close = rest.indexOf("))");
      if (close < 0) throw new UnknownSyntax("$((");
      end(close + 2, { type: "arithmetic", expression: rest.slice(3, close) });
    } else if (rest.startsWith("$(")) {
      const length = closing(rest, 2);
      end(length, { type: "command", source: rest.slice(2, length - 1), quoted });
    } else if (braced !== null) {
      end(braced[0].length, { type: "variable", name: braced[1] ?? "", fallback: braced[2] ?? "", quoted });
    } else if (plain !== null) {
      end(plain[0].length, { type: "variable", name: plain[1] ?? "", fallback: "", quoted });
    } else if (rest.startsWith("${")) {
      throw new UnknownSyntax("${");
    } else {
      text("$", quoted);
      at++;
    }
  };
  while (at < source.length) {
    const char = source[at] ?? "";
    const operator = OPERATORS.find((one) => source.startsWith(one, at));
    if (char === "'") {
      const end = source.indexOf("'", at + 1);
      if (end < 0) throw new UnknownSyntax("'");
      text(source.slice(at + 1, end), true);
      at = end + 1;
    } else if (char === '"') {
      at++;
      text("", true);
      while (at < source.length && source[at] !== '"') {
        if (source[at] === "$") expansion(true);
        else if (source[at] === "`") throw new UnknownSyntax("`");
        else if (source[at] === "\\" && '$`"\\\n'.includes(source[at + 1] ?? "x")) {
          text(source[at + 1] === "\n" ? "" : (source[at + 1] ?? ""), true);
          at += 2;
        } else text(source[at++] ?? "", true);
      }
      if (at >= source.length) throw new UnknownSyntax('"');
      at++;
    } else if (char === "$") expansion(false);
    else if (char === "`") throw new UnknownSyntax("`");
    else if (char === "\\") {
      if (source[at + 1] !== "\n") text(source[at + 1] ?? "", true);
      at += 2;
    } else if (char === "#" && parts === undefined) {
      while (at < source.length && source[at] !== "\n") at++;
    } else if (operator !== undefined) {
      flush();
      tokens.push({ operator, word: [] });
      at += operator.length;
    } else if (/\s/.test(char)) {
      flush();
      at++;
    } else {
      text(char, false);
      at++;
    }
  }
  flush();
  return tokens;
}

/** Index after the parenthesis that closes the one before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")") depth--;
    if (depth === 0) return at + 1;
  }
  throw new UnknownSyntax("$(");
}
