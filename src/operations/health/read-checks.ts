/** A line of `?verbose`. */
export interface CheckLine {
  readonly check: string;
  readonly ok: boolean;
  readonly message: string;
}

/**
 * The checks of a verbose answer: `[+]etcd ok`, `[+]log excluded: ok`, `[-]etcd failed: reason withheld`. Lines about
 * the whole are left out.
 * https://github.com/kubernetes/apiserver/blob/master/pkg/server/healthz/healthz.go
 */
export function readChecks(body: string): CheckLine[] {
  return body.split("\n").flatMap((line) => {
    const [, sign, check = "", message = ""] = /^\[([+-])\](\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    return sign === undefined ? [] : [{ check, ok: sign === "+", message }];
  });
}
