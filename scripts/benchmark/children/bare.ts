import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { Pool } from "undici";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { server: string; "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: Record<"client-certificate-data" | "client-key-data", string> }];
}

/** A pool on the first cluster of a kubeconfig, logged in as its first user: what the bare programs stand on. */
export function barePool(file: string, options: Pick<Pool.Options, "connections" | "pipelining"> = {}): Pool {
  const kubeconfig = load(readFileSync(file, "utf8")) as Kubeconfig;
  const [{ cluster }] = kubeconfig.clusters;
  const [{ user }] = kubeconfig.users;
  const pem = (data: string): string => Buffer.from(data, "base64").toString("utf8");
  return new Pool(cluster.server, {
    ...options,
    connect: {
      ca: pem(cluster["certificate-authority-data"]),
      cert: pem(user["client-certificate-data"]),
      key: pem(user["client-key-data"]),
    },
  });
}
