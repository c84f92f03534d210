import type { Connection } from "../config/connection.ts";
import { type ApiRequest, requestTarget } from "../core/request.ts";
import { impersonationHeaders } from "./authenticate.ts";
import { maskedBody } from "./readable-body.ts";

/** Headers that curl gets in another way, or that are about this client's own wire. */
const LEFT_OUT = new Set(["authorization", "accept-encoding", "content-length", "host", "user-agent"]);

/** What opens a WebSocket besides; the server's frames are then printed as they come. The key is any 16 bytes. */
const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "a3ViZXNjcmlwdC1jdXJsLg==",
};

/**
 * A request as a curl command that works when pasted into bash or zsh. Credentials are never in it: certificates
 * stand as the kubeconfig's files, or are printed for curl by `kubescript config show`; tokens come from their file or
 * by the same command, one from a flag from the variable TOKEN, passwords from PASSWORD. Secrets in a body are masked.
 * `program` is how the shell finds our own command line.
 */
export function curlCommand(request: ApiRequest, connection: Connection, program = "kubescript"): string {
  const opens = request.headers?.["sec-websocket-protocol"] !== undefined;
  const watches = opens || isTrue(request.query?.watch) || isTrue(request.query?.follow);
  const words = ["curl", "--http1.1", ...(watches ? ["-N"] : [])];
  if (request.method === "HEAD") words.push("--head");
  else if (request.method !== "GET" || request.body !== undefined) words.push("-X", request.method);
  const show = (what: string): string => showCommand(connection, what, program);
  words.push(...tlsWords(connection, show), ...proxyWords(connection), ...credentialWords(connection, request, show));
  const headers = { ...impersonationHeaders(connection.impersonate), ...request.headers, ...(opens ? HANDSHAKE : {}) };
  for (const [name, value] of Object.entries(headers)) {
    if (LEFT_OUT.has(name)) continue;
    for (const one of Array.isArray(value) ? value : [value]) words.push("-H", shellQuote(`${name}: ${one}`));
  }
  words.push(...bodyWords(request));
  const { url, connectTo } = address(connection);
  const target = requestTarget(request);
  words.push(...connectTo, ...literalWords(target), shellQuote(`${url}${target}`));
  return words.join(" ");
}

/** What keeps curl from reading brackets as patterns, and from resolving dots. */
function literalWords(target: string): string[] {
  const [path = ""] = target.split("?", 1);
  return [
    ...(/[[\]{}]/.test(target) ? ["--globoff"] : []),
    ...(/\/\.{1,2}(?:\/|$)/.test(path) ? ["--path-as-is"] : []),
  ];
}

/** A word that a POSIX shell takes literally. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that prints a credential. */
type Show = (what: string) => string;

function tlsWords(connection: Connection, show: Show): string[] {
  if (connection.server.startsWith("http:")) return [];
  const { tls, credential } = connection;
  const words: string[] = [];
  if (tls.insecureSkipVerify) words.push("-k");
  else if (tls.ca !== undefined)
    words.push("--cacert", tls.caFile === undefined ? `<(${show("certificate-authority")})` : shellQuote(tls.caFile));
  const { certificate } = credential;
  if (certificate !== undefined) {
    const { certificateFile, keyFile } = certificate;
    words.push(
      "--cert",
      certificateFile === undefined ? `<(${show("client-certificate")})` : shellQuote(certificateFile),
    );
    words.push("--key", keyFile === undefined ? `<(${show("client-key")})` : shellQuote(keyFile));
  }
  return words;
}

function showCommand(connection: Connection, what: string, program: string): string {
  const [file, ...others] = connection.files;
  const kubeconfig = file !== undefined && others.length === 0 ? ` --kubeconfig ${shellQuote(file)}` : "";
  return `${program} config show ${what} --context ${shellQuote(connection.context)}${kubeconfig}`;
}

function credentialWords(connection: Connection, request: ApiRequest, show: Show): string[] {
  const { credential } = connection;
  // On its way to the wire a request is signed already: a header that the connection does not explain is the caller's.
  if (credential.type === "none" && request.headers?.authorization !== undefined) {
    return ["-H", '"Authorization: $AUTHORIZATION"'];
  }
  switch (credential.type) {
    case "token":
      return ["-H", `"Authorization: Bearer ${credential.fromFlags ? "$TOKEN" : `$(${show("token")})`}"`];
    case "tokenFile":
      return ["-H", `"Authorization: Bearer $(cat ${shellQuote(credential.path)})"`];
    case "exec":
      return ["-H", `"Authorization: Bearer $(${show("token")})"`];
    case "basic":
      return ["-u", `${shellQuote(credential.username)}:"$PASSWORD"`];
    case "none":
      return [];
  }
}

function proxyWords({ proxyUrl }: Connection): string[] {
  if (proxyUrl === undefined) return [];
  const proxy = new URL(proxyUrl);
  // Names are resolved by the proxy, which curl calls socks5h.
  const scheme = proxy.protocol === "socks5:" ? "socks5h:" : proxy.protocol;
  const words = ["-x", shellQuote(`${scheme}//${proxy.host}`)];
  if (proxy.username !== "") words.push("-U", `${shellQuote(decodeURIComponent(proxy.username))}:"$PROXY_PASSWORD"`);
  return words;
}

function bodyWords({ body, headers, path }: ApiRequest): string[] {
  if (body === undefined) return [];
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return ["--data-binary", "@-"];
  const contentType = headers?.["content-type"];
  const text = maskedBody(
    { body, contentType: typeof contentType === "string" ? contentType : undefined, path },
    false,
  );
  return ["--data-binary", text === undefined ? "@FILE" : shellQuote(text.startsWith("@") ? ` ${text}` : text)];
}

/** With a TLS server name, curl is given that name as the host and told where to really connect. */
function address({ server, tls }: Connection): { url: string; connectTo: string[] } {
  if (tls.serverName === undefined || tls.insecureSkipVerify) return { url: server, connectTo: [] };
  const url = new URL(server);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const real = url.hostname;
  url.hostname = tls.serverName;
  const path = url.pathname === "/" ? "" : url.pathname;
  return {
    url: `${url.origin}${path}`,
    connectTo: ["--connect-to", shellQuote(`${tls.serverName}:${port}:${real}:${port}`)],
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}
