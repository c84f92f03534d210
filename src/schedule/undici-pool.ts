import { createRequire } from "node:module";
import path from "node:path";
import type { Plugin } from "esbuild";

/**
 * For bundles: undici without what the client does not use. Its entry brings fetch, WebSocket, caches and mocks, 370 kB
 * and some 80 ms at each start; the transport uses the pool alone, whose methods the entry mixes in from `lib/api`
 * (https://github.com/nodejs/undici/blob/main/index.js).
 */
export const undiciPool: Plugin = {
  name: "undici-pool",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ importer }) =>
      // A script's own import of undici means all of it.
      path.basename(importer) === "undici-transport.ts" ? { path: "undici", namespace: "undici-pool" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "undici-pool" }, () => ({
      resolveDir: path.dirname(createRequire(import.meta.url).resolve("undici/package.json")),
      contents: `import Dispatcher from "./lib/dispatcher/dispatcher.js";
import api from "./lib/api/index.js";
Object.assign(Dispatcher.prototype, api);
export { default as Pool } from "./lib/dispatcher/pool.js";
`,
    }));
  },
};
