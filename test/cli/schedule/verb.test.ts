import { expect, test } from "vitest";
import { reportRow } from "../../../src/cli/schedule/verb.ts";
import { type OutputFormat, render } from "../../../src/repl/render/output.ts";

test("a report is a table of what happened, and names its objects for other programs", async () => {
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "sweep" } };
  const job = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "sweep", namespace: "ops" } };
  const report = [reportRow("created", role), reportRow("created", job)];
  const printed = async (format: OutputFormat): Promise<string> =>
    (await render(report, { format, color: false, now: 0 })) ?? "";
  expect((await printed({ type: "table", wide: false })).split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
    ["ACTION", "KIND", "NAMESPACE", "NAME"],
    ["created", "ClusterRole", "sweep"],
    ["created", "CronJob", "ops", "sweep"],
  ]);
  expect(await printed({ type: "name" })).toBe("clusterrole.rbac.authorization.k8s.io/sweep\ncronjob.batch/sweep");
  expect(JSON.parse(await printed({ type: "json" }))[1]).toEqual({
    ...{ action: "created", kind: "CronJob" },
    ...{ namespace: "ops", name: "sweep" },
  });
});
