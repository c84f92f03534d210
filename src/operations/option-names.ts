import type { SelectorOptions } from "../core/requests.ts";
import type { ResourceFilter } from "../discovery/discovery.ts";
import type { ExplainOptions } from "../discovery/explain.ts";
import type {
  ApplyOptions,
  CallScope,
  DeleteAllOptions,
  DeleteOptions,
  EditOptions,
  GetOptions,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WriteOptions,
} from "../resources/options.ts";
import type { CallOptions } from "../transport/transport.ts";
import type { CanOptions } from "./access/attributes.ts";
import type { DecideOptions } from "./access/certificates.ts";
import type { GrantOptions } from "./access/grant.ts";
import type { KubeconfigFileOptions } from "./access/kubeconfig.ts";
import type { ReconcileOptions } from "./access/reconcile.ts";
import type { RulesOfOptions } from "./access/rules.ts";
import type { TokenOptions } from "./access/token.ts";
import type { AcrossOptions } from "./across/across.ts";
import type { ClusterInfoOptions } from "./cluster-info/cluster-info.ts";
import type { CopyOptions } from "./copy/copy.ts";
import type { AnyDebugOptions } from "./debug/debug.ts";
import type { DescribeOptions } from "./describe/describe.ts";
import type { EventOptions } from "./events/event-selection.ts";
import type { AnyAttachOptions } from "./exec/attach.ts";
import type { AnyExecOptions, ExecTarget } from "./exec/exec.ts";
import type { ExposeOptions } from "./expose/expose.ts";
import type { HealthOptions } from "./health/health.ts";
import type { LabelOptions } from "./label/label.ts";
import type { LogOptions } from "./logs/log-options.ts";
import type { ApplyManifestsOptions } from "./manifests/apply.ts";
import type { CreateManifestsOptions } from "./manifests/create.ts";
import type { DeleteManifestsOptions } from "./manifests/delete.ts";
import type { DiffManifestsOptions } from "./manifests/diff.ts";
import type { ReplaceManifestsOptions } from "./manifests/replace.ts";
import type { DrainOptions } from "./nodes/drain.ts";
import type { DrainPlanOptions } from "./nodes/drain-plan.ts";
import type { TaintOptions } from "./nodes/taint.ts";
import type { PortForwardOptions } from "./port-forward/port-forward-options.ts";
import type { ProxyOptions } from "./proxy/proxy.ts";
import type { RolloutStatusOptions, RolloutWaitOptions } from "./rollout/progress.ts";
import type { UndoOptions } from "./rollout/undo.ts";
import type { AnyRunOptions } from "./run/run.ts";
import type { AutoscaleOptions } from "./scaling/autoscale.ts";
import type { ScaleOptions } from "./scaling/scale.ts";
import type { SetContainersOptions } from "./template/set-env.ts";
import type { TopNodesOptions } from "./top/top-nodes.ts";
import type { TopPodsOptions } from "./top/top-pods.ts";
import type { TreeOptions } from "./tree/tree.ts";
import type { WaitOptions } from "./wait/wait.ts";

/** What a method takes as its options. */
export interface MethodOptions {
  /** Which of its arguments may be the options. */
  readonly at: readonly number[];
  readonly names: readonly string[];
}

/** The methods of an object, and of the objects that it is made of: `rollout.undo`. */
export interface OptionTable {
  readonly methods: Readonly<Record<string, MethodOptions>>;
  readonly parts?: Readonly<Record<string, OptionTable>>;
  /** Members that give the same kind of object, in another scope. */
  readonly again?: readonly string[];
}

type KeysOf<O> = O extends unknown ? keyof O & string : never;
type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
/** The text itself where it names every option and no other; else what is wrong with it. */
type AllOf<O, S extends string> = [KeysOf<O>] extends [Words<S>]
  ? [Words<S>] extends [KeysOf<O>]
    ? S
    : { readonly tooMany: Exclude<Words<S>, KeysOf<O>> }
  : { readonly missing: Exclude<KeysOf<O>, Words<S>> };

/** Options by their names; the compiler holds them against their type. */
function options<O>(...at: readonly number[]): <S extends string>(names: S & AllOf<O, S>) => MethodOptions {
  return (names) => ({ at, names: names.split(" ") });
}

const WRITE = "namespace signal dryRun fieldManager fieldValidation";
const WATCH = "namespace signal labels fields initial serverTimeoutSeconds idleTimeoutMs streamStartTimeoutMs pageSize";
const LIST = "namespace signal labels fields limit continue pageSize resourceVersion resourceVersionMatch";
const EVENTS = "namespace signal labels fields types since";
const SCOPE = "namespace signal";

/** The methods of a resource's helper. */
export const HELPER_OPTIONS: OptionTable = {
  again: ["in", "everywhere", "dryRun"],
  methods: {
    get: options<GetOptions>(1)(`${SCOPE} resourceVersion`),
    find: options<GetOptions>(1)(`${SCOPE} resourceVersion`),
    list: options<ListOptions>(0)(LIST),
    iterate: options<ListOptions>(0)(LIST),
    create: options<WriteOptions>(1)(WRITE),
    replace: options<WriteOptions>(1)(WRITE),
    apply: options<ApplyOptions>(1)(`${WRITE} force`),
    patch: options<PatchOptions>(2)(`${WRITE} type`),
    edit: options<EditOptions>(2)(`${WRITE} tries`),
    delete: options<DeleteOptions>(1)(
      `${SCOPE} propagationPolicy gracePeriodSeconds preconditions dryRun wait timeoutMs`,
    ),
    deleteAll: options<DeleteAllOptions>(0)(
      `${SCOPE} labels fields propagationPolicy gracePeriodSeconds preconditions dryRun wait timeoutMs`,
    ),
    watch: options<WatchOptions>(0)(WATCH),
    cache: options<WatchOptions>(0)(WATCH),
    scale: options<ScaleOptions>(2)(`${WRITE} currentReplicas resourceVersion wait timeoutMs`),
    logs: options<LogOptions & SelectorOptions>(
      0,
      1,
    )(
      `${SCOPE} labels fields container allContainers follow tailLines since sinceSeconds sinceTime limitBytes timestamps previous sort prefix maxConcurrentStreams maxLineBytes idleTimeoutMs onRetry`,
    ),
    exec: options<AnyExecOptions>(2)(`${SCOPE} container stdin tty check maxBufferBytes bytes live terminal`),
    attach: options<AnyAttachOptions>(1)(`${SCOPE} container stdin maxBufferBytes live terminal`),
    debug: options<AnyDebugOptions>(1)(
      `${SCOPE} image command args env container imagePullPolicy profile custom copyTo setImage shareProcesses sameNode replace keepLabels keepAnnotations keepLiveness keepReadiness keepStartup keepInitContainers target startTimeoutMs rm attach terminal stdin check maxBufferBytes`,
    ),
    shell: options<ExecTarget>(1)(`${SCOPE} container`),
    portForward: options<PortForwardOptions>(2)(`${SCOPE} localPort address podRunningTimeoutMs lingerMs onEvent`),
    cp: options<CopyOptions>(2)(`${SCOPE} container overwrite noPreserve retries checksum onProgress`),
    proxyPath: options<CallScope>(2)(SCOPE),
    autoscale: options<AutoscaleOptions>(1)(`${WRITE} min max cpuPercent memoryPercent cpu memory name`),
    expose: options<ExposeOptions>(1)(
      `${WRITE} port targetPort protocol name type selector labels clusterIP externalIP loadBalancerIP sessionAffinity`,
    ),
    token: options<TokenOptions>(1)(`${SCOPE} audiences durationSeconds boundTo`),
    approve: options<DecideOptions>(1)(`${WRITE} reason message force`),
    deny: options<DecideOptions>(1)(`${WRITE} reason message force`),
    cordon: options<WriteOptions>(1)(WRITE),
    uncordon: options<WriteOptions>(1)(WRITE),
    taint: options<TaintOptions>(2)(`${WRITE} overwrite`),
    drainPlan: options<DrainPlanOptions>(1)("force ignoreDaemonSets deleteEmptyDirData podSelector signal"),
    drain: options<DrainOptions>(1)(
      "force ignoreDaemonSets deleteEmptyDirData podSelector signal gracePeriodSeconds disableEviction skipWaitForDeleteTimeoutSeconds dryRun timeoutMs onProgress",
    ),
    describe: options<DescribeOptions>(0, 1)(`${SCOPE} labels fields showEvents`),
    wait: options<WaitOptions>(2)(`${SCOPE} timeoutMs onProgress`),
    label: options<LabelOptions>(2)(`${WRITE} overwrite`),
    annotate: options<LabelOptions>(2)(`${WRITE} overwrite`),
    events: options<Omit<EventOptions, "for">>(1)(EVENTS),
    recent: options<EventOptions>(0)(`${EVENTS} for`),
    follow: options<EventOptions>(0)(`${EVENTS} for`),
    tree: options<TreeOptions>(1)(`${SCOPE} fromTop`),
  },
  parts: {
    rollout: {
      methods: {
        status: options<RolloutStatusOptions>(1)(`${SCOPE} timeoutMs revision watch`),
        wait: options<RolloutWaitOptions>(1)(`${SCOPE} timeoutMs revision`),
        history: options<CallScope>(1)(SCOPE),
        undo: options<UndoOptions>(1)(`${WRITE} toRevision`),
        restart: options<WriteOptions>(1)(WRITE),
        pause: options<WriteOptions>(1)(WRITE),
        resume: options<WriteOptions>(1)(WRITE),
      },
    },
    set: {
      methods: {
        image: options<WriteOptions>(2)(WRITE),
        env: options<SetContainersOptions>(2)(`${WRITE} containers`),
        resources: options<SetContainersOptions>(2)(`${WRITE} containers`),
      },
    },
  },
};

/** The methods of a cluster's handle. */
export const CLUSTER_OPTIONS: OptionTable = {
  methods: {
    version: options<CallOptions>(0)("signal"),
    info: options<CallOptions>(0)("signal"),
    resources: options<ResourceFilter>(0)("signal group namespaced verbs category preferred"),
    versions: options<CallOptions>(0)("signal"),
    explain: options<ExplainOptions>(1)("signal recursive apiVersion"),
    whoami: options<CallOptions>(0)("signal"),
    can: options<CanOptions>(2)("namespace name subresource signal"),
    apply: options<ApplyManifestsOptions>(1)(
      `${WRITE} force recursive prune applySet applySetTooling validate wait timeoutMs definitionTimeoutMs onProgress`,
    ),
    create: options<CreateManifestsOptions>(1)(
      `${WRITE} definitionTimeoutMs onProgress recursive timeoutMs validate wait`,
    ),
    replace: options<ReplaceManifestsOptions>(1)(`${WRITE} onProgress recursive timeoutMs validate wait`),
    diff: options<DiffManifestsOptions>(1)(
      `${SCOPE} fieldManager fieldValidation applySet applySetTooling force prune recursive`,
    ),
    delete: options<DeleteManifestsOptions>(1)(
      `${SCOPE} propagationPolicy gracePeriodSeconds dryRun recursive wait timeoutMs ignoreNotFound onProgress`,
    ),
    wait: options<WaitOptions>(2)(`${SCOPE} timeoutMs onProgress`),
    proxy: options<ProxyOptions>(0)(
      "acceptHosts acceptPaths rejectPaths rejectMethods port address unixSocket apiPrefix disableFilter www wwwPrefix appendServerPath keepAliveMs signal",
    ),
    across: options<AcrossOptions>(2)("concurrency signal"),
    run: options<AnyRunOptions>(1)(
      `${WRITE} image command args env labels annotations port restart imagePullPolicy serviceAccount privileged spec attach terminal rm startTimeoutMs stdin check maxBufferBytes`,
    ),
    health: options<HealthOptions>(0)("exclude endpoints signal"),
    clusterInfo: options<ClusterInfoOptions>(0)(SCOPE),
  },
  parts: {
    top: {
      methods: {
        nodes: options<TopNodesOptions>(0)("signal name labels sortBy showCapacity"),
        pods: options<TopPodsOptions>(0)(`${SCOPE} labels fields name containers sortBy sum`),
      },
    },
    access: {
      methods: {
        can: options<CanOptions>(2)("namespace name subresource signal"),
        whoCan: options<CanOptions>(2)("namespace name subresource signal"),
        whoami: options<CallOptions>(0)("signal"),
        rules: options<CallScope>(0)(SCOPE),
        rulesOf: options<RulesOfOptions>(1)(`${SCOPE} groups`),
        grant: options<GrantOptions>(0)(`${WRITE} user group serviceAccount role clusterRole name`),
        revoke: options<GrantOptions>(0)(`${WRITE} user group serviceAccount role clusterRole name`),
        reconcile: options<ReconcileOptions>(1)(
          "signal dryRun fieldManager fieldValidation recursive removeExtraPermissions removeExtraSubjects",
        ),
        kubeconfig: options<KubeconfigFileOptions>(1)(`${SCOPE} durationSeconds boundTo context server file`),
      },
    },
  },
};
