import type { ApiRequest } from "../../core/request.ts";
import { ApiError, type Status } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { apiErrorFromStatus } from "../../transport/api-error.ts";
import type { StreamResponse } from "../../transport/transport.ts";
import type { Service } from "../../types/core-v1.ts";
import { portText } from "../pods/container-ports.ts";
import type { ProxyAddress } from "./proxy-path.ts";

/** Who was asked for. */
export interface Proxied {
  /** `services`, `pods` or `nodes`. */
  readonly plural: string;
  readonly address: ProxyAddress;
  /** `services "web"`. */
  readonly label: string;
}

/** A Status is some hundred bytes; what is longer is not the API server's word. */
const MAX_STATUS = 64 * 1024;
const FAILED_TO_REACH = /^error trying to reach service: /i;
const NO_ENDPOINTS = /^no endpoints available for service/i;
const NO_PORT = /^no service port /i;
const NO_ADDRESS = /^no preferred addresses found/i;

/**
 * Tells an answer of the API server's own from one of what is behind it, which may well be an API too: the Status of the
 * first, else the answer, whose body can still be read.
 */
export async function ownStatus(
  answer: StreamResponse,
  proxied: Proxied,
): Promise<{ readonly status: Status } | { readonly answer: StreamResponse }> {
  const type = String(answer.headers["content-type"] ?? "");
  if (answer.status < 400 || !/^application\/json\b/.test(type)) return { answer };
  const chunks: Uint8Array[] = [];
  const rest = answer.body[Symbol.asyncIterator]();
  let length = 0;
  while (length <= MAX_STATUS) {
    const next = await rest.next();
    if (next.done === true) {
      const status = parse(Buffer.concat(chunks));
      if (status !== undefined && isOwn(status, answer.status, proxied)) return { status };
      break;
    }
    chunks.push(next.value);
    length += next.value.length;
  }
  return { answer: { ...answer, body: joined(chunks, rest) } };
}

async function* joined(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function parse(body: Uint8Array): Status | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === "object" && value !== null ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

function isOwn(status: Status, httpStatus: number, { plural, address }: Proxied): boolean {
  const { kind, message = "", details } = status;
  if (kind !== "Status" || status.status !== "Failure" || status.code !== httpStatus) return false;
  switch (httpStatus) {
    case 400:
      return message.startsWith(`invalid ${plural.replace(/s$/, "")} request`) || message === "address not allowed";
    case 401:
      return message === "Unauthorized";
    case 403:
      return message.includes(`resource "${plural}/proxy"`);
    case 404:
      return details?.name === address.name && (details.kind === plural || details.kind === "endpoints");
    case 500:
      return plural === "nodes" && NO_ADDRESS.test(message);
    case 501:
      return status.reason === "NotImplemented";
    case 503:
      return FAILED_TO_REACH.test(message) || NO_ENDPOINTS.test(message) || NO_PORT.test(message);
    default:
      return false;
  }
}

/** The error for what the API server said, with the reason looked up where its own words leave it open. */
export async function refusalError(
  status: Status,
  request: Pick<ApiRequest, "method" | "path">,
  proxied: Proxied,
  services: () => Pick<ResourceClient<Service>, "get">,
  signal: AbortSignal | undefined,
): Promise<ApiError> {
  const plain = apiErrorFromStatus(status, status.code ?? 500, request);
  const { plural, address, label } = proxied;
  const said = status.message ?? "";
  if (plain.httpStatus === 404 && (address.name === "http" || address.name === "https") && address.scheme === "") {
    const meant = `${address.name}:${address.port}:`;
    return explained(
      plain,
      label,
      "there is none of that name",
      `For ${address.name} to ${address.port}, write "${meant}".`,
    );
  }
  if (NO_ADDRESS.test(said)) {
    return explained(
      plain,
      label,
      "it has told no address",
      "Its kubelet has not reported yet, or not for this server.",
    );
  }
  if (plain.httpStatus !== 503) return plain;
  if (FAILED_TO_REACH.test(said)) {
    const why = said.replace(FAILED_TO_REACH, "");
    return explained(plain, label, `the API server cannot reach it: ${why}`, reachHint(why, address, plural));
  }
  const service = await services()
    .get(address.name, { signal })
    .catch(() => undefined);
  if (service?.spec?.type === "ExternalName") {
    const elsewhere = `it only stands for the name ${service.spec.externalName}`;
    return explained(plain, label, elsewhere, "The API server leads to pods alone: ask that host itself.");
  }
  const ports = service?.spec?.ports ?? [];
  const names = ports.map(({ name, port }) => portText(name, port)).join(", ");
  const { port } = address;
  if (port === "" && ports.length > 0 && ports.every(({ name = "" }) => name !== "")) {
    const first = `${address.scheme === "" ? "" : `${address.scheme}:`}${address.name}:${ports[0]?.name}`;
    return explained(
      plain,
      label,
      "its ports have names, and the address has none",
      `Say which, as in "${first}"; it has ${names}.`,
    );
  }
  if (port !== "" && ports.length > 0 && !ports.some((one) => one.name === port || String(one.port) === port)) {
    return explained(plain, label, `it has no port ${port}`, `It has ${names}.`);
  }
  return explained(
    plain,
    label,
    "no pod behind it is ready",
    service !== undefined && service.spec?.selector === undefined
      ? "It has no selector: whoever made it has to give it endpoints (EndpointSlices)."
      : "Look at its selector, and at the state and events of its pods.",
  );
}

function reachHint(why: string, { scheme, port }: ProxyAddress, plural: string): string {
  if (/HTTP response to HTTPS client|look like a TLS handshake/.test(why))
    return "It speaks plain HTTP: leave https: out of the address.";
  if (/connection refused/.test(why)) {
    if (plural === "nodes") return "Nothing listens there for the API server.";
    return port === ""
      ? 'Nothing listens on its first port; name another, as in "web:8080".'
      : "Nothing listens there: the program may not be up yet, or listen on the pod's localhost alone.";
  }
  if (/timeout|i\/o/.test(why)) return "The API server has no way to the pod's network, or a network policy is in it.";
  return scheme === "https" || plural === "nodes"
    ? "Check the port."
    : "If it speaks TLS, put https: before the address.";
}

function explained(error: ApiError, label: string, why: string, hint: string): ApiError {
  const { status, httpStatus, method, path, code, retryable } = error;
  const answer = { status, httpStatus, method, path };
  return new ApiError(code, `Cannot fetch from ${label}: ${why}`, answer, { cause: error, hint, retryable });
}
