import type { FieldError } from "../model/field-error.ts";

/** Collects what is wrong with an object, worded as apimachinery's constructors of field errors. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  required(field: string, detail = ""): void {
    this.list.push({ type: "FieldValueRequired", field, detail });
  }

  invalid(field: string, badValue: unknown, detail: string): void {
    this.list.push({ type: "FieldValueInvalid", field, badValue: badValue ?? null, detail });
  }

  /** One error for each message, as the checks of names return them. */
  invalidEach(field: string, badValue: unknown, details: readonly string[]): void {
    for (const detail of details) this.invalid(field, badValue, detail);
  }

  notSupported(field: string, badValue: unknown, supported: readonly string[]): void {
    const detail = `supported values: ${supported.map((value) => JSON.stringify(value)).join(", ")}`;
    this.list.push({ type: "FieldValueNotSupported", field, badValue, detail });
  }

  forbidden(field: string, detail: string): void {
    this.list.push({ type: "FieldValueForbidden", field, detail });
  }

  duplicate(field: string, badValue: unknown): void {
    this.list.push({ type: "FieldValueDuplicate", field, badValue, detail: "" });
  }

  notFound(field: string, badValue: unknown): void {
    this.list.push({ type: "FieldValueNotFound", field, badValue, detail: "" });
  }

  tooLong(field: string, maxBytes: number): void {
    this.list.push({ type: "FieldValueTooLong", field, detail: `may not be more than ${maxBytes} bytes` });
  }

  tooMany(field: string, found: number, max: number): void {
    this.list.push({ type: "FieldValueTooMany", field, badValue: found, detail: `must have at most ${max} items` });
  }

  /** Whether something is already said of this field. */
  has(field: string): boolean {
    return this.list.some((error) => error.field === field);
  }
}
