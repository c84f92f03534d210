import { readFileSync } from "node:fs";
import { expect, expectTypeOf, test } from "vitest";
import type {
  AppliedObject,
  Cluster,
  CopyReport,
  Deployment,
  Event,
  ExecResult,
  LiveStream,
  LogStream,
  Node,
  Pod,
  ProcessExit,
  RemoteProcess,
  ResourceHelper,
  ResourceList,
  StatefulSet,
  TerminalResult,
  UnknownObject,
} from "../../src/index.ts";
import { all, any, condition, exists, not, ready } from "../../src/index.ts";

/**
 * What an editor says of the verbs. Nothing here is called: `tsc` reads it, and an error that does not come where one is
 * expected is one.
 */
type Verbs = (k8s: Cluster) => unknown;

const readAs: Verbs = (k8s) => [
  expectTypeOf(k8s.pods.exec("p", ["ls"])).resolves.toEqualTypeOf<ExecResult>(),
  expectTypeOf(k8s.pods.exec("p", ["ls"], { bytes: true })).resolves.toEqualTypeOf<ExecResult<Uint8Array>>(),
  expectTypeOf(k8s.pods.exec("p", ["ls"], { live: true, stdin: true })).resolves.toEqualTypeOf<RemoteProcess>(),
  expectTypeOf(k8s.pods.exec("p", ["sh"], { terminal: true })).resolves.toEqualTypeOf<ProcessExit>(),
  expectTypeOf(k8s.pods.attach("p", { terminal: true })).resolves.toEqualTypeOf<TerminalResult>(),
  expectTypeOf(k8s.run("once", { image: "busybox" })).resolves.toEqualTypeOf<Pod>(),
  expectTypeOf(k8s.run("once", { image: "busybox", attach: true, check: true })).resolves.toEqualTypeOf<ExecResult>(),
  expectTypeOf(k8s.pods.logs("p", { follow: true })).toEqualTypeOf<LogStream>(),
  expectTypeOf(k8s.pods.cp("p:/a", "b")).resolves.toEqualTypeOf<CopyReport>(),
  expectTypeOf(k8s.events.follow()).toEqualTypeOf<LiveStream<Event>>(),
  expectTypeOf(k8s.deployments.set.image("web", { web: "nginx" })).resolves.toEqualTypeOf<Deployment>(),
  expectTypeOf(k8s.deployments.rollout.wait("web")).resolves.toEqualTypeOf<Deployment>(),
  expectTypeOf(k8s.nodes.cordon("n")).resolves.toEqualTypeOf<Node>(),
  expectTypeOf(k8s.pods.wait("p", ready)).resolves.toEqualTypeOf<Pod | undefined>(),
  expectTypeOf(k8s.pods.wait(["p", "q"], ready)).resolves.toEqualTypeOf<Pod[]>(),
  expectTypeOf(k8s.wait("pods/p", ready)).resolves.toEqualTypeOf<UnknownObject[]>(),
  expectTypeOf(k8s.apply("a.yaml")).resolves.toEqualTypeOf<AppliedObject[]>(),
  expectTypeOf(k8s.across("*", (one) => one.pods.list()))
    .resolves.toHaveProperty("values")
    .toEqualTypeOf<ResourceList<Pod>[]>(),
  // A helper with the verbs of its own is one like any other.
  expectTypeOf(k8s.po).toExtend<ResourceHelper<Pod>>(),
  expectTypeOf(k8s.sts.in("web").rollout.undo("db")).resolves.toEqualTypeOf<StatefulSet>(),
  expectTypeOf(k8s.resource("nodes").cordon).toBeFunction(),
  expectTypeOf(k8s.make.deployment("web", { image: "nginx" })).toEqualTypeOf<Deployment>(),
];

const composed: Verbs = (k8s) => [
  // A function in a composed condition is given the object as its resource has it.
  k8s.pods.wait(
    "p",
    all(exists, (pod) => pod?.status?.phase === "Running", not(condition("Ready"))),
  ),
  k8s.jobs.wait(
    "j",
    any("complete", (job) => (job?.status?.failed ?? 0) > 3),
  ),
  // @ts-expect-error a Job has no such status
  k8s.jobs.wait("j", (job) => job?.status?.replicas === 3),
];

const refused: Verbs = (k8s) => [
  // @ts-expect-error options are misspelled
  k8s.pods.logs("p", { folow: true }),
  // @ts-expect-error the unit is in the name
  k8s.pods.wait("p", ready, { timeout: 5 }),
  // @ts-expect-error a command is a list
  k8s.pods.exec("p", "ls -l"),
  // @ts-expect-error a live process is not checked
  k8s.pods.exec("p", ["ls"], { live: true, check: true }),
  // @ts-expect-error a terminal has its own input
  k8s.pods.exec("p", ["sh"], { terminal: true, stdin: "text" }),
  // @ts-expect-error what is left to itself has no input
  k8s.run("once", { image: "busybox", stdin: "text" }),
  // @ts-expect-error there is no image
  k8s.run("once", { attach: true }),
  // @ts-expect-error there is no such profile
  k8s.pods.debug("p", { image: "busybox", profile: "root" }),
  // @ts-expect-error ports are numbers or texts
  k8s.services.portForward("web", { local: 80 }),
  // @ts-expect-error there is no most
  k8s.deployments.autoscale("web", { min: 2 }),
  // @ts-expect-error an image is a text
  k8s.deployments.set.image("web", { web: 1.29 }),
  // @ts-expect-error usage is sorted by cpu or memory
  k8s.top.pods({ sortBy: "name" }),
  // @ts-expect-error a diff writes nothing
  k8s.diff("a.yaml", { dryRun: true }),
  // @ts-expect-error a creation takes nothing from others
  k8s.create("a.yaml", { force: true }),
  // @ts-expect-error there is no such propagation
  k8s.delete("a.yaml", { propagationPolicy: "foreground" }),
  // @ts-expect-error there is no such endpoint
  k8s.health({ endpoints: ["ready"] }),
  // @ts-expect-error it has no name
  k8s.nodes.drain(),
  // @ts-expect-error only nodes are cordoned
  k8s.pods.cordon("p"),
  // @ts-expect-error a ConfigMap does not roll out
  k8s.configmaps.rollout.restart("c"),
  // @ts-expect-error only pods have files
  k8s.deployments.cp("web:/a", "b"),
  // @ts-expect-error only service accounts have tokens, in every scope
  k8s.in("web").pods.everywhere.token("default"),
  // @ts-expect-error there is no such condition
  k8s.pods.wait("p", k8s.conditions.settled),
  // @ts-expect-error a Job is of an image or of a CronJob
  k8s.make.job("j", { command: ["date"] }),
  // @ts-expect-error a binding is to one role
  k8s.make.roleBinding("b", { role: "a", clusterRole: "b" }),
  // @ts-expect-error a budget says what must be left, or what may be missing
  k8s.make.pdb("p", { selector: "app=web" }),
  // @ts-expect-error a log-in has a password
  k8s.make.dockerRegistrySecret("s", { username: "ci" }),
  // @ts-expect-error there is no such builder
  k8s.make.pod("p", { image: "busybox" }),
];

test("the compiler knows what each verb takes and gives", () => {
  for (const verbs of [readAs, composed, refused]) expectTypeOf(verbs).toEqualTypeOf<Verbs>();
});

test("every built-in kind can be imported by its name", () => {
  const source = (file: string): string => readFileSync(new URL(`../../src/${file}.ts`, import.meta.url), "utf8");
  const builtIn = source("types/built-in");
  const files = new Map(
    [...builtIn.matchAll(/import type \* as (\w+) from "\.\/([\w-]+)\.ts"/g)].map(([, a, b]) => [a, b]),
  );
  const kinds = [...builtIn.matchAll(/: (\w+)\.(\w+);/g)].map(([, alias, kind]) => `${kind} of ${files.get(alias)}`);
  const exported = [...source("index").matchAll(/export type \{([^}]*)\} from "\.\/types\/([\w-]+)\.ts"/g)].flatMap(
    ([, names = "", file]) => names.split(",").map((name) => `${name.trim()} of ${file}`),
  );
  expect(kinds.length).toBeGreaterThan(60);
  expect(kinds.filter((kind) => !exported.includes(kind))).toEqual([]);
});
