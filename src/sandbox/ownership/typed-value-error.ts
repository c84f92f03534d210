/** A value that does not fit its schema, worded as structured-merge-diff words it. */
export class TypedValueError extends Error {
  override readonly name = "TypedValueError";

  /** The same error with what stands before its message. */
  inside(prefix: string): TypedValueError {
    return new TypedValueError(`${prefix}${this.message}`);
  }
}
