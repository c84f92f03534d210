import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { objectsAt, stringAt } from "../schema/fields.ts";
import { ignoringNotFound } from "./ownership.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

export interface TokenSecretOptions {
  /** Makes the token that `secret` is to hold. */
  readonly issueToken: (serviceAccount: ApiObject, secret: ApiObject) => string;
  /** PEM of the server's authority. Default none, and no `ca.crt`. */
  readonly certificateAuthority?: string | undefined;
}

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with a token of the ServiceAccount that they name, and
 * deletes them with it. The function returned replaces the authority in all of them.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/serviceaccount/tokens_controller.go
 */
export function startTokenController(runtime: Runtime, options: TokenSecretOptions): (certificate: string) => void {
  const { registry } = runtime;
  const accounts = runtime.informer<ApiObject>("serviceaccounts");
  const secrets = runtime.informer<ApiObject>("secrets");
  const write = { manager: CONTROLLER_MANAGER };
  let authority = options.certificateAuthority;
  secrets.addIndex("account", (secret) => {
    const name = accountOf(secret);
    return name === undefined ? undefined : `${secret.metadata.namespace}/${name}`;
  });
  const queue = runtime.queue(reconcile);
  const unlinking = runtime.queue(unlink);

  secrets.watch(({ type, object }) => {
    const account = accountOf(object);
    if (account === undefined) return;
    if (type === "DELETED") unlinking.add(`${object.metadata.namespace}/${account}/${object.metadata.name}`);
    else queue.add(keyOf(object));
  });
  accounts.watch(({ object }) => {
    for (const secret of secrets.by("account", keyOf(object))) queue.add(keyOf(secret));
  });
  return (certificate) => {
    authority = certificate;
    for (const secret of secrets.list()) if (accountOf(secret) !== undefined) queue.add(keyOf(secret));
  };

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const secret = secrets.get(namespace, name);
    const accountName = secret && accountOf(secret);
    if (secret === undefined || accountName === undefined) return;
    const account = accounts.get(namespace, accountName);
    const { uid = "", annotations } = secret.metadata;
    const meant = annotations?.[ACCOUNT_UID];
    if (account === undefined || (meant !== undefined && meant !== "" && meant !== account.metadata.uid)) {
      ignoringNotFound(() => registry.delete("secrets", namespace, name, { uid }));
      return;
    }
    if (isFilled(secret, account)) return;
    ignoringNotFound(() =>
      registry.modify(
        "secrets",
        namespace,
        name,
        (live) => (isFilled(live, account) ? undefined : fill(live, account)),
        write,
      ),
    );
  }

  function isFilled(secret: ApiObject, account: ApiObject): boolean {
    const { token, namespace, "ca.crt": certificate } = dataOf(secret);
    const trusts = authority === undefined || certificate === encoded(authority);
    return (
      Boolean(token) &&
      Boolean(namespace) &&
      trusts &&
      secret.metadata.annotations?.[ACCOUNT_UID] === account.metadata.uid
    );
  }

  function fill(secret: ApiObject, account: ApiObject): ApiObject {
    const { uid = "", namespace = "" } = account.metadata;
    const before = dataOf(secret);
    const data = {
      ...before,
      ...(authority === undefined ? {} : { "ca.crt": encoded(authority) }),
      namespace: before.namespace || encoded(namespace),
      token: before.token || encoded(options.issueToken(account, secret)),
    };
    const annotations = { ...secret.metadata.annotations, [ACCOUNT_UID]: uid };
    return { ...secret, metadata: { ...secret.metadata, annotations }, data };
  }

  /** A ServiceAccount no longer lists a Secret that has gone. */
  function unlink(key: string): void {
    const [namespace = "", account = "", secret = ""] = key.split("/");
    if (secrets.get(namespace, secret) !== undefined) return;
    ignoringNotFound(() =>
      registry.modify(
        "serviceaccounts",
        namespace,
        account,
        (live) => {
          const listed = objectsAt(live, "secrets");
          const kept = listed.filter((one) => stringAt(one, "name") !== secret);
          if (kept.length === listed.length) return undefined;
          const { secrets: _secrets, ...rest } = live;
          return kept.length === 0 ? rest : { ...rest, secrets: kept };
        },
        write,
      ),
    );
  }
}

/** Name of the account whose token a Secret is to hold; undefined for any other Secret. */
function accountOf(secret: ApiObject): string | undefined {
  return secret.type === TYPE ? secret.metadata.annotations?.[ACCOUNT_NAME] : undefined;
}

function dataOf(secret: ApiObject): JsonObject {
  return isJsonObject(secret.data) ? secret.data : {};
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}
