import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { PATCH_CONTENT_TYPES } from "../../core/requests.ts";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { HttpPatchType } from "../../runtime/http.ts";
import type { Command, Invocation } from "../command.ts";
import { fromCluster } from "../completion/from-cluster.ts";
import { type Asked, NOTHING, type Offer, suggest } from "../completion/suggestion.ts";
import { listenForInterruption } from "../interruption.ts";
import { printResult, resultFormat } from "../print-result.ts";
import { preferQuickExit } from "../quick-exit.ts";
import { openSession } from "../session.ts";
import { write } from "../terminal.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export const command: Command = {
  usage: "raw METHOD PATH",
  description: `Sends one request as it stands and prints the answer. The body is JSON or YAML.

  kubescript raw GET /version
  kubescript raw PATCH /api/v1/namespaces/default/configmaps/a -d '{"data":{"k":"v"}}'
  kubescript raw POST /api/v1/namespaces/default/configmaps -d @configmap.yaml
  kubescript raw GET /api/v1/pods --watch`,
  flags: [
    { name: "data", short: "d", type: "string", placeholder: "TEXT|@FILE|@-", description: "body of the request" },
    {
      name: "header",
      short: "H",
      type: "string",
      multiple: true,
      placeholder: "NAME: VALUE",
      description: "header; may be repeated",
    },
    {
      name: "watch",
      short: "w",
      type: "boolean",
      description: "print the events of a watch, one a line, as they come",
    },
    {
      name: "patch-type",
      type: "string",
      placeholder: "TYPE",
      description: "merge, json, strategic or apply; default merge",
    },
  ],
  connects: true,
  prints: true,
  offer,
  async run(invocation) {
    const { positionals, values, terminal } = invocation;
    preferQuickExit();
    const [method, target] = positionals;
    if (method === undefined || target === undefined || positionals.length > 2) {
      throw new UsageError("USAGE", "Cannot send: give a method and a path", {
        hint: "kubescript raw GET /api/v1/nodes",
      });
    }
    const body = await bodyOf(invocation);
    const headers = headersOf(method, body, values);
    const session = await openSession(values, terminal);
    const interruption = listenForInterruption({ terminal });
    try {
      if (values.watch === true) {
        for await (const event of session.k8s.http.watch(target, { headers, signal: interruption.signal })) {
          await write(terminal.stdout, `${JSON.stringify(event)}\n`);
        }
        return EXIT.done;
      }
      const answer = await session.k8s.http.request(method, target, body, { headers, signal: interruption.signal });
      const how = resultFormat(values, terminal);
      await printResult(answer.body, how.chosen ? how : { ...how, format: { type: "json" } }, terminal);
      return EXIT.done;
    } catch (error) {
      const code = interruption.exitCode();
      if (code === undefined) throw error;
      return code;
    } finally {
      interruption.done();
      await session.close();
    }
  },
};

async function bodyOf({ values, terminal }: Invocation): Promise<string | undefined> {
  const { data } = values;
  if (typeof data !== "string" || !data.startsWith("@")) return typeof data === "string" ? data : undefined;
  if (data === "@-") return text(terminal.stdin);
  const file = path.resolve(terminal.cwd, data.slice(1));
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError("USAGE", `Cannot read ${file} for the body`, { cause });
  }
}

function headersOf(method: string, body: string | undefined, values: Invocation["values"]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const header of (values.header ?? []) as readonly string[]) {
    const colon = header.indexOf(":");
    if (colon < 1) throw new UsageError("USAGE", `Cannot use the header "${header}": write it as NAME: VALUE`);
    headers[header.slice(0, colon).trim().toLowerCase()] = header.slice(colon + 1).trim();
  }
  const patchType = values["patch-type"];
  if (method.toUpperCase() !== "PATCH" || body === undefined) return headers;
  const type = typeof patchType === "string" ? patchType : body.trimStart().startsWith("[") ? "json" : "merge";
  if (!Object.hasOwn(PATCH_CONTENT_TYPES, type)) {
    throw new UsageError("USAGE", `Cannot patch by "${type}"`, {
      hint: `Use --patch-type ${Object.keys(PATCH_CONTENT_TYPES).join(", ")}.`,
    });
  }
  return { "content-type": PATCH_CONTENT_TYPES[type as HttpPatchType], ...headers };
}

/** A method, then the paths that the server names at its root: groups, versions, checks. */
async function offer(asked: Asked): Promise<Offer> {
  if (asked.positionals.length === 0) return suggest(METHODS);
  if (asked.positionals.length > 1) return NOTHING;
  return fromCluster(asked, async (k8s, signal) => {
    const { paths = [] } = await k8s.http.get<{ paths?: string[] }>("/", { signal });
    return paths;
  });
}
