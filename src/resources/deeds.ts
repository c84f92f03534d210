/** What calls did, by the very objects that they gave. */
let deeds = new WeakMap<object, () => Promise<string>>();

/** Notes what a call did to give this object: `node/node0 cordoned`. */
export function rememberDeed(result: object, text: () => Promise<string>): void {
  deeds.set(result, text);
}

/** What was done to give this object; undefined when it was only read, or its deed is forgotten. */
export async function deedOf(result: object): Promise<string | undefined> {
  return deeds.get(result)?.();
}

/** From now on objects are looked at as they are: a prompt's next line asks what they hold. */
export function forgetDeeds(): void {
  deeds = new WeakMap();
}
