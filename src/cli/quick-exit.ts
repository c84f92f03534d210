import { setFlagsFromString } from "node:v8";

/**
 * For commands of one or a few requests. undici's HTTP parser is WebAssembly, which V8 also compiles with its optimising
 * compiler in the background, and a process cannot end before that is done: 75 ms after the answer was printed.
 * The baseline code is enough here. Must be called before the first request.
 */
export function preferQuickExit(): void {
  if (!("Deno" in globalThis)) setFlagsFromString("--liftoff-only");
}
