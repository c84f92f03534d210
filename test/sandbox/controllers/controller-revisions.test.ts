import { expect, test } from "vitest";
import type { ControllerRevision } from "../../../src/sandbox/controllers/kinds.ts";
import { patchHash, templateHash } from "../../../src/sandbox/controllers/template-hash.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import { type Cluster, startCluster, template } from "./harness.ts";

const LABELS = { app: "db" };
const ANNOTATIONS = { "kubernetes.io/change-cause": "first" };

function startSet(resource: string, spec: object): { cluster: Cluster; revision: ControllerRevision; pod: Pod } {
  const cluster = startCluster([{ name: "node0" }]);
  const set = { selector: { matchLabels: LABELS }, template: template(LABELS), ...spec };
  cluster.create(resource, { metadata: { name: "db", annotations: ANNOTATIONS }, spec: set });
  cluster.until(() => cluster.registry.list("pods").length === 1);
  const [revision] = cluster.registry.list("controllerrevisions.apps") as ControllerRevision[];
  const [pod] = cluster.registry.list("pods") as Pod[];
  if (revision === undefined || pod === undefined) throw new Error("the set came to nothing");
  return { cluster, revision, pod };
}

test("a stateful set names its revisions by the hash of their patch, and its pods by the revisions", () => {
  const { cluster, revision, pod } = startSet("statefulsets.apps", { serviceName: "db", replicas: 1 });
  const hash = patchHash(revision.data, 0);
  expect(revision.metadata.name).toBe(`db-${hash}`);
  expect(revision.metadata.labels).toEqual({ ...LABELS, "controller.kubernetes.io/hash": hash });
  expect(revision.metadata.annotations).toMatchObject(ANNOTATIONS);
  expect(pod.metadata.labels?.["controller-revision-hash"]).toBe(`db-${hash}`);
  cluster.stop();
});

test("a daemon set names its revisions and pods by the hash of the template", () => {
  const { cluster, revision, pod } = startSet("daemonsets.apps", {});
  const { spec } = cluster.get("daemonsets.apps", "db") as unknown as { spec: { template: object } };
  const hash = templateHash(spec.template);
  expect(revision.metadata.name).toBe(`db-${hash}`);
  expect(revision.metadata.labels).toEqual({ ...LABELS, "controller-revision-hash": hash });
  expect(pod.metadata.labels?.["controller-revision-hash"]).toBe(hash);
  cluster.stop();
});
