import data from "../data/go-types.json" with { type: "json" };

/**
 * What becomes of a field without a value: `*` left out, `?` left out (and an empty value too), `!` written with its
 * zero value, `&` written as null.
 */
export type GoFieldFlag = "*" | "?" | "!" | "&";

/** How the real server's Go type holds one field: what OpenAPI does not tell. */
export interface GoField {
  readonly flag: GoFieldFlag;
  /** As a decoding error names it, without pointers: `int32`, `v1.RestartPolicy`, `[]v1.Container`. */
  readonly type: string;
}

const TABLE = data as Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The Go form of a field of a built-in schema; undefined for schemas that no Go source describes. */
export function goField(schemaName: string, field: string): GoField | undefined {
  const text = TABLE[schemaName]?.[field];
  return text === undefined ? undefined : { flag: text.charAt(0) as GoFieldFlag, type: text.slice(1) };
}
