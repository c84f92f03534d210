import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AcrossHandle, across, type Fleet } from "../../src/operations/across/across.ts";
import { limiter } from "../../src/operations/across/limiter.ts";
import { planAcross } from "../../src/operations/across/targets.ts";
import { type OutputFormat, render } from "../../src/repl/render/output.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";

/** A handle that knows where it is. */
class Place implements AcrossHandle<Place> {
  readonly path: string;
  readonly namespaces: readonly string[];

  constructor(path: string, namespaces: readonly string[] = []) {
    this.path = path;
    this.namespaces = namespaces;
  }

  in(namespace: string): Place {
    return new Place(`${this.path}/${namespace}`, this.namespaces);
  }

  under(): Place {
    return this;
  }

  resource(): { list(): Promise<{ metadata: { name: string } }[]> } {
    return { list: async () => this.namespaces.map((name) => ({ metadata: { name } })) };
  }
}

interface FakeFleet extends Fleet<Place> {
  readonly open: Fleet<Place>["open"];
  /** Contexts whose handle is open now. */
  readonly opened: Set<string>;
  readonly progress: string[];
}

function fleet(...contexts: string[]): FakeFleet {
  const opened = new Set<string>();
  const progress: string[] = [];
  return {
    contexts,
    opened,
    progress,
    here: new Place("here", ["a", "b"]),
    showProgress: () => ({ update: (text) => progress.push(text), end: () => progress.push("end") }),
    open(context) {
      if (context === "broken") throw new Error("no such cluster");
      opened.add(context);
      return { handle: new Place(context, ["a", "b"]), close: async () => void opened.delete(context) };
    },
  };
}

test("no more than so many works run at once, also where one comes as another ends", async () => {
  const limit = limiter(2);
  let [running, most] = [0, 0];
  const work = (): Promise<void> =>
    limit(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
  await Promise.all([work(), work().then(work), work(), work().then(work), work()]);
  expect(most).toBe(2);
});

test("an interruption while namespaces are listed is one, and no failure of that cluster", async () => {
  const abort = new AbortController();
  const here = fleet();
  const list = (): Promise<never> => {
    abort.abort();
    return Promise.reject(new Error("the list was cut off"));
  };
  here.here.resource = () => ({ list });
  const interrupted = across(here, { namespaces: "*" }, () => undefined, { signal: abort.signal });
  await expect(interrupted).rejects.toMatchObject({ code: "ABORTED" });
});

describe("targets", () => {
  const known = ["one", "two"];

  test("are contexts, namespaces, or both", () => {
    expect(planAcross("*", known)).toEqual({ contexts: known, namespaces: undefined });
    expect(planAcross("two", known)).toEqual({ contexts: ["two"], namespaces: undefined });
    expect(planAcross(["two", "two"], known)).toEqual({ contexts: ["two"], namespaces: undefined });
    expect(planAcross({ namespaces: ["a", "a"] }, known)).toEqual({ contexts: undefined, namespaces: ["a"] });
    const labels = { labels: "team=a" };
    expect(planAcross({ contexts: "*", namespaces: labels }, known)).toEqual({ contexts: known, namespaces: labels });
  });

  test.each([
    ["no context is named", []],
    ["contexts are no list of names", ["a", undefined]],
    ["it names neither contexts nor namespaces", {}],
    ["there are no clusters to go across", { clusters: ["a"] }],
    ["namespaces are neither names nor labels", { namespaces: "web" }],
  ])("are refused where they cannot be read: %s", (message, targets) => {
    expect(() => planAcross(targets as never, known)).toThrow(message);
  });

  test("are none where the kubeconfig has no contexts", () => {
    expect(() => planAcross("*", [])).toThrow("the kubeconfig has no contexts");
  });
});

describe("work across contexts", () => {
  test("keeps their order, so many at once, and closes each as it is done", async () => {
    const many = fleet("a", "b", "c", "d", "e");
    let [running, most] = [0, 0];
    const gates: (() => void)[] = [];
    const doing = across(
      many,
      "*",
      async ({ path }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => gates.push(resolve));
        running -= 1;
        return path;
      },
      { concurrency: 2 },
    );
    for (let done = 0; done < 5; ) {
      await new Promise(setImmediate);
      const gate = gates.pop();
      if (gate === undefined) continue;
      gate();
      done += 1;
    }
    const results = await doing;
    expect(results.values).toEqual(["a", "b", "c", "d", "e"]);
    expect(most).toBe(2);
    expect(many.opened.size).toBe(0);
    expect(many.progress.slice(-2)).toEqual(["5 of 5 contexts", "end"]);
  });

  test("keeps errors beside successes, also of a cluster that cannot be gone to", async () => {
    const some = fleet("a", "broken", "c");
    const results = await across(some, "*", ({ path }) => {
      if (path === "c") throw new Error("no");
      return path;
    });
    expect(results.results.map(({ context, ok }) => [context, ok])).toEqual([
      ["a", true],
      ["broken", false],
      ["c", false],
    ]);
    expect(results.failures.map(({ error }) => String(error))).toEqual(["Error: no such cluster", "Error: no"]);
    expect(some.opened.size).toBe(0);
  });

  test("goes into the namespaces of each", async () => {
    const results = await across(fleet("x", "y"), { contexts: "*", namespaces: "*" }, ({ path }, target) => [
      path,
      target,
    ]);
    expect(results.values).toEqual([
      ["x/a", { context: "x", namespace: "a" }],
      ["x/b", { context: "x", namespace: "b" }],
      ["y/a", { context: "y", namespace: "a" }],
      ["y/b", { context: "y", namespace: "b" }],
    ]);
    const here = await across(fleet(), { namespaces: ["q"] }, ({ path }) => path);
    expect(here.results).toEqual([{ namespace: "q", ok: true, value: "here/q" }]);
  });

  test("is ended everywhere by its signal, begins nothing more, and says where it was done", async () => {
    const many = fleet("a", "b", "c", "d");
    const controller = new AbortController();
    const begun: string[] = [];
    const doing = across(
      many,
      "*",
      async ({ path }) => {
        begun.push(path);
        if (path === "a") return;
        if (path === "b") setImmediate(() => controller.abort());
        await new Promise(() => {});
      },
      { concurrency: 2, signal: controller.signal },
    );
    await expect(doing).rejects.toMatchObject({
      code: "ABORTED",
      message: "Interrupted after 1 of 4 places were done: a",
    });
    expect(begun).toEqual(["a", "b", "c"]);
    expect(many.opened.size).toBe(0);
    expect(many.progress.at(-1)).toBe("end");
  });
});

describe("on clusters", () => {
  let sandbox: RunningSandbox;
  let k8s: Cluster;

  beforeAll(async () => {
    sandbox = await startSandbox({ nodes: [], users: [{ username: "viewer", groups: ["viewers"] }] });
    const broken = `${sandbox.kubeconfig}`.replace(
      /^contexts:\n/m,
      "contexts:\n- name: locked\n  context: { cluster: sandbox, user: nobody }\n",
    );
    const kubeconfig = broken.replace(/^users:\n/m, 'users:\n- name: nobody\n  user: { token: "wrong" }\n');
    k8s = await openCluster({ kubeconfig, env: {}, printed: true });
    for (const team of ["a", "b"]) {
      await k8s.namespaces.create(k8s.make.namespace(`team-${team}`, { labels: { team } }));
      await k8s.in(`team-${team}`).configmaps.create(k8s.make.configMap("settings", { data: { team } }));
    }
  });

  afterAll(async () => {
    await k8s.close();
    await sandbox.close();
  });

  async function printed(value: unknown): Promise<string> {
    const options = { format: { type: "table", wide: false }, color: false, now: 0 } as const;
    return (await render(value, options))?.replace(/\d+s/g, "0s") ?? "";
  }

  test("one credential that fails harms no other, and the handle goes on", async () => {
    const results = await k8s.across("*", (one) => one.whoami());
    expect(results.results.map(({ context, ok }) => [context, ok])).toEqual([
      ["locked", false],
      ["sandbox", true],
      ["viewer@sandbox", true],
    ]);
    expect(results.values.map(({ username }) => username)).toEqual(["admin", "viewer"]);
    expect(results.failures[0]?.error).toMatchObject({ code: "UNAUTHORIZED" });
    expect(await k8s.can("get", "pods")).toBe(true);
  });

  test("lists make one table with the server's columns, and failures stand below it", async () => {
    const results = await k8s.across(["sandbox", "nowhere"], (one) => one.namespaces.list({ labels: "team" }));
    expect(results.table.map(({ context, kind }) => [context, kind])).toEqual([
      ["sandbox", "Namespace"],
      ["sandbox", "Namespace"],
    ]);
    expect(await printed(results)).toBe(
      [
        "CONTEXT   NAME     STATUS   AGE",
        "sandbox   team-a   Active   0s",
        "sandbox   team-b   Active   0s",
        "",
        'nowhere: CONTEXT_NOT_FOUND: Cannot use context "nowhere": the kubeconfig has none of that name',
      ].join("\n"),
    );
    const rendered = async (format: OutputFormat): Promise<string> =>
      (await render(results, { format, color: false, now: 0 })) ?? "";
    expect(await rendered({ type: "name" })).toBe("namespace/team-a\nnamespace/team-b");
    expect(await rendered({ type: "jsonpath", template: "{[*].context}" })).toBe("sandbox nowhere");
    expect(JSON.parse(await rendered({ type: "json" }))).toMatchObject([
      { context: "sandbox", ok: true, value: { kind: "NamespaceList" } },
      { context: "nowhere", ok: false, error: { code: "CONTEXT_NOT_FOUND" } },
    ]);
  });

  test("namespaces are chosen by their labels, and each row says its own", async () => {
    const targets = { contexts: ["sandbox"], namespaces: { labels: "team in (a,b)" } };
    const objects = await k8s.across(targets, (one) => one.configmaps.list({ fields: "metadata.name=settings" }));
    expect(await printed(objects)).toBe(
      [
        "CONTEXT   NAMESPACE   NAME       DATA   AGE",
        "sandbox   team-a      settings   1      0s",
        "sandbox   team-b      settings   1      0s",
      ].join("\n"),
    );
    const counts = await k8s.across(targets, async (one) => (await one.configmaps.list()).length);
    expect(await printed(counts)).toBe(
      ["CONTEXT   NAMESPACE   VALUE", "sandbox   team-a      2", "sandbox   team-b      2"].join("\n"),
    );
  });

  test("records that differ, and hold lists, are one table all the same", async () => {
    const seen = await k8s.across({ namespaces: ["a", "b"] }, (_, { namespace }) =>
      namespace === "a" ? { user: "x", groups: ["g", "h"] } : { user: null, extra: { key: [1] } },
    );
    expect(await printed(seen)).toBe(
      ["NAMESPACE   USER   GROUPS   EXTRA", "a           x      g, h", 'b                           {"key":[1]}'].join(
        "\n",
      ),
    );
    expect(seen.table[0]).toEqual({ namespace: "a", user: "x", groups: ["g", "h"] });
  });

  test("a handle's user, namespace and dry run hold everywhere", async () => {
    const seen = await k8s
      .as("viewer")
      .in("team-a")
      .dryRun()
      .across(["sandbox"], async (one) => [one.namespace, one.isDryRun, (await one.whoami()).username]);
    expect(seen.values).toEqual([["team-a", true, "viewer"]]);
    // Who has gone over to a context by its name is whom that context says, and takes nobody along from there.
    const gone = await k8s
      .as("jane")
      .use("viewer@sandbox")
      .across(["sandbox"], (one) => one.whoami());
    expect(gone.failures).toEqual([]);
    expect(gone.values[0]?.username).not.toBe("jane");
    const other = await k8s.as("jane").across(["viewer@sandbox"], (one) => one.whoami());
    expect(other.failures[0]?.error).toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("cannot impersonate"),
    });
  });
});
