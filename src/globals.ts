/** `import "kubescript/globals"` tells an editor which names are in scope; at run time it does nothing. */
import type { Globals } from "./runtime/globals.ts";

declare global {
  var k8s: Globals["k8s"];
  var $: Globals["$"];
  var log: Globals["log"];
  var args: Globals["args"];
  var signal: Globals["signal"];
  var sleep: Globals["sleep"];
  var yaml: Globals["yaml"];
  var duration: Globals["duration"];
  var quantity: Globals["quantity"];
}

export type { Globals };
