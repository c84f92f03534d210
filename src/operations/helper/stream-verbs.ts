import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { ResourceClient } from "../../resources/client.ts";
import type { LogLine, LogOptions } from "../logs/logs.ts";

/** The verbs that reach into running pods. */
export class StreamVerbs<T extends KubernetesObject = UnknownObject> extends ResourceClient<T> {
  /**
   * The lines of a pod's log as they come. Only pods have one; on another helper it is a UsageError.
   *
   * @example
   * for await (const { line } of k8s.pods.logs("web-0", { follow: true })) log(line);
   */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { podLogs } = await import("../logs/logs.ts");
    yield* podLogs(this, name, options);
  }
}
