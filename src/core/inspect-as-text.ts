/**
 * Has `inspect`, and with it a prompt, show the objects of a class by their `toString`.
 * https://nodejs.org/api/util.html#custom-inspection-functions-on-objects
 */
export function inspectAsText(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return String(this);
    },
  });
}
