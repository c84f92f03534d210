import { barePool } from "./bare.ts";
import { fiveHundred, type Tasks } from "./tasks.ts";

const PODS = "/api/v1/namespaces/default/pods";
const WATCH =
  "/api/v1/namespaces/default/configmaps?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";

interface Page {
  readonly items: readonly unknown[];
  readonly metadata: { readonly continue?: string };
}

/** The tasks with undici's `request` and `JSON.parse`, and nothing else. */
export async function bareTasks(kubeconfig: string): Promise<Tasks> {
  const pool = barePool(kubeconfig);
  const get = async <T>(path: string): Promise<T> => {
    const { body } = await pool.request({ method: "GET", path });
    return JSON.parse(await body.text()) as T;
  };
  await get("/version");
  return {
    async list() {
      const items: unknown[] = [];
      let next: string | undefined = "";
      while (next !== undefined) {
        const page: Page = await get(`${PODS}?limit=500${next === "" ? "" : `&continue=${next}`}`);
        items.push(...page.items);
        next = page.metadata.continue;
      }
      return items.length;
    },
    gets: () => fiveHundred((name) => get(`${PODS}/${name}`)),
    async watch() {
      const { body } = await pool.request({ method: "GET", path: WATCH });
      let rest = "";
      let seen = 0;
      body.setEncoding("utf8");
      for await (const chunk of body) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const { type } = JSON.parse(line) as { readonly type: string };
          if (type === "BOOKMARK") return seen;
          seen += 1;
        }
      }
      return seen;
    },
  };
}
