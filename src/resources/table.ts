import type { KubernetesObject, ListMeta } from "../core/object.ts";

/** `meta.k8s.io/v1` Table: what the server prints. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata?: ListMeta;
  readonly columnDefinitions: readonly TableColumnDefinition[];
  readonly rows: readonly TableRow[];
}

export interface TableColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 and above with `-o wide`. */
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  /** Metadata or the whole object, as asked for; absent when none was. */
  readonly object?: KubernetesObject;
}

/** Whether an answer to a request for a table is one: a server that cannot print sends the list itself. */
export function isTable(answer: unknown): answer is Table {
  return typeof answer === "object" && answer !== null && (answer as Table).kind === "Table";
}
