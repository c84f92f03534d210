/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_cp/ */
import { randomBytes } from "node:crypto";
import { throwIfAborted, unlessAborted } from "../../core/abort.ts";
import { AbortError, isApiError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { Pod } from "../../types/core-v1.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import { requireRunning } from "../pods/require-running.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { objectFor } from "../shared/object-for.ts";
import { retold } from "../shared/retold.ts";
import { CopyMeter } from "./copy-meter.ts";
import { type CopyRoute, copyRoute, remoteText } from "./copy-path.ts";
import { type CopyProgress, type CopyReport, CopyTally } from "./copy-report.ts";
import { type CopySettings, download } from "./download.ts";
import { upload } from "./upload.ts";

const ACTION = "copy files of";

export interface CopyOptions extends CallScope {
  /** May be left out where the pod has one, or names its default one by annotation. */
  readonly container?: string | undefined;
  /** Replaces files and adds to folders that are there. Default false: what is in the way is named. */
  readonly overwrite?: boolean | undefined;
  /** Keeps neither permissions nor times, and in the container no owner. Default false. */
  readonly noPreserve?: boolean | undefined;
  /** How often the copy goes on after a broken connection where it was; negative for any number. Default 0. */
  readonly retries?: number | undefined;
  /** Compares the sha256 of every file too: needs `sha256sum` and `xargs` in the container. Default false. */
  readonly checksum?: boolean | undefined;
  /** Told of every piece, some 100 KiB, of every file. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/**
 * Copies a file or folder to or from a container: `pod:path` or `namespace/pod:path` names one, anything else a path of
 * this machine. Every file appears whole or not at all.
 */
export async function copy(
  pods: ResourceClient<Pod>,
  from: string,
  to: string,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const route = copyRoute(from, to);
  requireEffect(pods, `copy ${from} to ${to}`);
  const { retries = 0 } = options;
  if (!Number.isInteger(retries)) {
    throw new UsageError("INVALID_INPUT", `Cannot copy with ${String(retries)} retries: it takes a whole number`);
  }
  // A session that ends in mid-copy ends it, and waits until nothing temporary is left.
  const own = new AbortController();
  const signal = options.signal === undefined ? own.signal : AbortSignal.any([options.signal, own.signal]);
  const running = run(pods, route, options, signal);
  const settled = running.then(
    () => undefined,
    () => undefined,
  );
  const release = pods.hold({
    close: () => {
      own.abort(new AbortError("The session was closed"));
      return settled;
    },
  });
  try {
    return await running;
  } finally {
    release();
  }
}

async function run(
  pods: ResourceClient<Pod>,
  route: CopyRoute,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<CopyReport> {
  const tally = new CopyTally();
  const remote = route.type === "download" ? route.from : route.to;
  const { container: wanted, overwrite = false, noPreserve = false, checksum = false, retries = 0 } = options;
  throwIfAborted(signal);
  const resource = await pods.resource();
  const scope = scopeOf(pods.scope, remote.namespace ?? options.namespace);
  const namespace = objectNamespace(resource, scope, ACTION, remote.pod);
  const pod = await unlessAborted(objectFor(pods, ACTION, remote.pod, { namespace, signal }), signal);
  const container = chooseContainer(pod, ACTION, wanted);
  requireRunning(pod, container, ACTION);
  const [source, target] =
    route.type === "download"
      ? [remoteText(route.from), JSON.stringify(route.to.path)]
      : [JSON.stringify(route.from.path), remoteText(route.to)];
  const meter = new CopyMeter(pods, `copy of ${source}`, tally, options.onProgress);
  const settings: CopySettings = {
    end: { pods, pod: remote.pod, namespace, container },
    ...{ tally, meter, signal, overwrite, checksum, retries },
    preserve: !noPreserve,
    nonce: randomBytes(6).toString("hex"),
  };
  try {
    return route.type === "download"
      ? await download(route.from, route.to, settings)
      : await upload(route.from, route.to, settings);
  } catch (error) {
    throw explain(error, `Cannot copy ${source} to ${target}`, settings);
  } finally {
    meter.end();
  }
}

/** The same failure, saying what was being copied, what was and what was not. */
function explain(error: unknown, what: string, settings: CopySettings): unknown {
  // What the server refused says itself what was asked.
  if (isApiError(error)) return error;
  const { tally, signal } = settings;
  const inner = isKubescriptError(error) ? error : undefined;
  const reason =
    signal.aborted && error instanceof AbortError
      ? "it was interrupted"
      : inner === undefined
        ? `on this machine: ${error instanceof Error ? error.message : String(error)}`
        : inner.message.replace(/^Cannot /, "cannot ");
  const message = `${what}: ${reason}${tally.state === undefined ? "" : `; ${tally.state}`}`;
  const hint = hintFor(error, settings);
  if (inner === undefined) return new UsageError("INVALID_INPUT", message, { cause: error, hint });
  return retold(inner, message, hint);
}

function hintFor(error: unknown, { tally, retries }: CopySettings): string | undefined {
  if (error instanceof AbortError) {
    const some = tally.files > 0 ? ", with { overwrite: true } over what is there" : "";
    return `No file is there in part. To go on, copy again${some}.`;
  }
  if (!isKubescriptError(error)) return undefined;
  const breaks = error.code === "CONNECTION_LOST" && retries === 0;
  return breaks ? "Say { retries: 10 } to go on where a connection breaks." : error.hint;
}
