/** Rows of custom resources: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go */
import { humanDuration } from "../../core/human-duration.ts";
import type { CustomResource, PrinterColumn } from "../model/definition.ts";
import { column } from "./columns.ts";
import { UNKNOWN } from "./format.ts";
import { jsonPath } from "./json-path.ts";
import type { TablePrinter } from "./table.ts";

const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** The name, then the CRD's own columns; the age where it declares none. */
export function customPrinter(custom: CustomResource): TablePrinter {
  const declared = custom.printerColumns.length > 0 ? custom.printerColumns : [AGE];
  const finders = declared.map(({ jsonPath: path, type }) => ({ find: jsonPath(path), type }));
  const columns = declared.map((one) => ({
    name: one.name,
    type: one.type,
    format: one.format ?? "",
    description: one.description || `Custom resource definition column (in JSONPath format): ${one.jsonPath}`,
    priority: one.priority ?? 0,
  }));
  return {
    columns: [column("Name"), ...columns],
    cells: (object, now) => [
      object.metadata.name,
      ...finders.map(({ find, type }) => {
        const [value] = find(object);
        return value === undefined || value === null ? null : cell(value, type, now);
      }),
    ],
  };
}

/** A value that is not of the column's type leaves the cell empty. */
function cell(value: unknown, type: string, now: number): unknown {
  switch (type) {
    case "string":
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date": {
      if (typeof value !== "string") return null;
      if (value === "") return UNKNOWN;
      const at = Date.parse(value);
      return Number.isNaN(at) ? "<invalid>" : humanDuration(now - at);
    }
    default:
      return null;
  }
}
