/** The error of a promise that must fail. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<Error & { code: string; hint?: string; retryable?: boolean; httpStatus?: number }> {
  return promise.then(
    () => {
      throw new Error("expected a failure");
    },
    (error) => error,
  );
}
