import { UsageError } from "../../../errors.ts";
import type { UserInfo } from "../../model/user.ts";

/**
 * Reads kube-apiserver's `--token-auth-file`: CSV lines of token, user name, user id and, quoted, the groups.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
 * Of a token that stands twice the last line counts. `file` names the source in errors; a token is never shown.
 */
export function parseTokenFile(text: string, file: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const { line, fields } of parseCsv(text, file)) {
    const [token = "", username = "", uid = "", groups = ""] = fields;
    if (fields.length < 3) {
      throw invalidFile(
        file,
        line,
        `a line needs at least 3 columns (token, user name, user uid), found ${fields.length}`,
      );
    }
    if (token === "") throw invalidFile(file, line, "the token is empty");
    users.set(token, {
      username,
      uid,
      groups: groups === "" ? [] : groups.split(",").map((group) => group.trim()),
    });
  }
  return users;
}

interface Record {
  readonly line: number;
  readonly fields: readonly string[];
}

/** RFC 4180: quoted fields may hold commas, doubled quotes and line ends; empty lines are skipped. */
function parseCsv(text: string, file: string): Record[] {
  const records: Record[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const start = line;
    const fields: string[] = [];
    for (;;) {
      const field = readField(text, at);
      if (field === undefined) throw invalidFile(file, start, 'a quote (") is not closed or stands in the wrong place');
      fields.push(field.value);
      line += field.value.split("\n").length - 1;
      at = field.end;
      if (text[at] !== ",") break;
      at += 1;
    }
    while (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    line += 1;
    if (fields.length > 1 || fields[0] !== "") records.push({ line: start, fields });
  }
  return records;
}

function readField(text: string, from: number): { value: string; end: number } | undefined {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && !",\r\n".includes(text[end] ?? "")) end += 1;
    const value = text.slice(from, end);
    return value.includes('"') ? undefined : { value, end };
  }
  let value = "";
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at += 1;
    } else {
      const next = text[at + 1];
      return next === undefined || ",\r\n".includes(next) ? { value, end: at + 1 } : undefined;
    }
  }
  return undefined;
}

function invalidFile(file: string, line: number, why: string): UsageError {
  return new UsageError("INVALID_INPUT", `Cannot read the tokens of ${file}, line ${line}: ${why}`, {
    hint: 'Write each line as: token,user,uid,"group1,group2"',
  });
}
