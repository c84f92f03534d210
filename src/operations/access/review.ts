import type { CallScope } from "../../resources/options.ts";
import { callJson } from "../../transport/call-json.ts";
import type { Transport } from "../../transport/transport.ts";

/** Which question a review asks: `SelfSubjectAccessReview` of `authorization.k8s.io/v1`. */
export interface ReviewKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Asks the server a question and gives the status that it answers with. It stores nothing, on no handle. */
export async function review<S>(
  transport: Transport,
  { group, version, kind }: ReviewKind,
  spec: object | undefined,
  options: Pick<CallScope, "signal">,
): Promise<{ status?: S }> {
  const apiVersion = `${group}/${version}`;
  const request = {
    method: "POST",
    path: `/apis/${apiVersion}/${kind.toLowerCase()}s`,
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ apiVersion, kind, ...(spec === undefined ? {} : { spec }) }),
  };
  return callJson<{ status?: S }>(transport, request, { signal: options.signal });
}
