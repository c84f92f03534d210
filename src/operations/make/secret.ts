import type { KeyObject, X509Certificate } from "node:crypto";
import type { Secret } from "../../types/core-v1.ts";
import { crypto } from "./crypto.ts";
import { asGoWrites, base64Of, contentHash, type KeyData, mergedData, textOf } from "./key-data.ts";
import { type MakeOptions, making, metadataFor, type Refuse } from "./making.ts";

export interface MakeSecretOptions extends MakeOptions {
  /** Texts or bytes by key, not in base64; of several sources no two may have the same key. Default none. */
  readonly data?: KeyData | readonly KeyData[] | undefined;
  /** Default: the server's, `Opaque`. */
  readonly type?: string | undefined;
  /** Appends a hash of the content to the name. Default false. */
  readonly appendHash?: boolean | undefined;
}

/** A log-in, or what Docker has written of several. */
export type MakeDockerRegistrySecretOptions = RegistryLogin | RegistryConfig;

export interface RegistryLogin extends MakeOptions {
  /** Default `https://index.docker.io/v1/`. */
  readonly server?: string | undefined;
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly config?: undefined;
  readonly appendHash?: boolean | undefined;
}

export interface RegistryConfig extends MakeOptions {
  /** What `~/.docker/config.json` holds. */
  readonly config: string | Uint8Array;
  readonly server?: undefined;
  readonly username?: undefined;
  readonly password?: undefined;
  readonly email?: undefined;
  readonly appendHash?: boolean | undefined;
}

export interface MakeTlsSecretOptions extends MakeOptions {
  /** PEM: the certificate, and behind it those of its issuers. */
  readonly cert: string | Uint8Array;
  /** PEM: the private key that belongs to it, without a passphrase. */
  readonly key: string | Uint8Array;
  readonly appendHash?: boolean | undefined;
}

export function makeSecret(name: string, options: MakeSecretOptions = {}): Secret {
  const refuse = making("Secret", name, options, ["data", "type", "appendHash"]);
  return secretOf(refuse, name, options, options.data, options.type);
}

export function makeDockerRegistrySecret(name: string, options: MakeDockerRegistrySecretOptions): Secret {
  const login = ["server", "username", "password", "email"] as const;
  const refuse = making("Secret", name, options, [...login, "config", "appendHash"]);
  if (options.config === undefined) return registrySecret(refuse, name, options, loginConfig(refuse, options));
  const own = login.find((field) => options[field] !== undefined);
  if (own !== undefined) throw refuse(`config and ${own} are given together`, "The config has its log-ins.");
  if (!isJson(options.config)) {
    throw refuse(
      "config is no JSON",
      'Give what Docker writes: const { config } = await make.files("config=.docker/config.json").',
    );
  }
  return registrySecret(refuse, name, options, options.config);
}

function loginConfig(refuse: Refuse, options: RegistryLogin): string {
  const { server = "https://index.docker.io/v1/", username, password, email } = options;
  for (const field of ["username", "password"] as const) {
    if (typeof options[field] !== "string" || options[field] === "") {
      throw refuse(
        `it has no ${field}`,
        "Say { username, password }, and { server } for another registry than Docker's; or { config }.",
      );
    }
  }
  const auth = base64Of(`${username}:${password}`);
  const entry = { username, password, ...(email === undefined || email === "" ? {} : { email }), auth };
  return asGoWrites(JSON.stringify({ auths: { [server]: entry } }));
}

function registrySecret(refuse: Refuse, name: string, options: MakeOptions, config: string | Uint8Array): Secret {
  return secretOf(refuse, name, options, { ".dockerconfigjson": config }, "kubernetes.io/dockerconfigjson");
}

/** What is wrong with it is not told: it holds passwords. */
function isJson(config: string | Uint8Array): boolean {
  try {
    const text = textOf(config);
    return text !== undefined && typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

export function makeTlsSecret(name: string, options: MakeTlsSecretOptions): Secret {
  const refuse = making("Secret", name, options, ["cert", "key", "appendHash"]);
  const { cert, key } = options;
  const [certified, own] = [readCertificate(refuse, cert).publicKey, crypto().createPublicKey(readKey(refuse, key))];
  const spki = { type: "spki", format: "der" } as const;
  if (!certified.export(spki).equals(own.export(spki))) {
    throw refuse("the key is not that of the certificate", "Give the two that belong together.");
  }
  return secretOf(refuse, name, options, { "tls.crt": cert, "tls.key": key }, "kubernetes.io/tls");
}

function secretOf(
  refuse: Refuse,
  name: string,
  options: MakeOptions & { readonly appendHash?: boolean | undefined },
  sources: KeyData | readonly KeyData[] | undefined,
  type: string | undefined,
): Secret {
  const entries = mergedData(refuse, sources).map(([key, value]) => [key, base64Of(value)] as const);
  const data = Object.fromEntries(entries);
  const hash = (): string => contentHash({ kind: "Secret", name, type: type ?? "", data });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadataFor(options.appendHash === true ? `${name}-${hash()}` : name, options),
    ...(entries.length > 0 ? { data } : {}),
    ...(type === undefined ? {} : { type }),
  };
}

/** The cause is kept out of both errors: it could hold a piece of the key. */
function readCertificate(refuse: Refuse, cert: string | Uint8Array): X509Certificate {
  try {
    return new (crypto().X509Certificate)(Buffer.from(cert as Uint8Array));
  } catch {
    throw refuse("cert is no certificate in PEM", HINT);
  }
}

function readKey(refuse: Refuse, key: string | Uint8Array): KeyObject {
  try {
    return crypto().createPrivateKey(Buffer.from(key as Uint8Array));
  } catch {
    throw refuse("key is no private key in PEM without a passphrase", HINT);
  }
}

const HINT = 'Give what the files hold: const { cert, key } = await make.files(["cert=tls.crt", "key=tls.key"]).';
