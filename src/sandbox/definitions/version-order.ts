const KUBE_VERSION = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/;
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1, "": 2 };

/**
 * Orders versions by preference: `v2`, `v1`, `v1beta2`, `v1alpha1`, then names of other shapes alphabetically:
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/version/helpers.go
 */
export function compareVersions(left: string, right: string): number {
  const a = KUBE_VERSION.exec(left);
  const b = KUBE_VERSION.exec(right);
  if (a === null || b === null) {
    if (a === null && b === null) return left < right ? -1 : left > right ? 1 : 0;
    return a === null ? 1 : -1;
  }
  return (
    (STABILITY[b[2] ?? ""] ?? 0) - (STABILITY[a[2] ?? ""] ?? 0) ||
    Number(b[1]) - Number(a[1]) ||
    Number(b[3] ?? 0) - Number(a[3] ?? 0)
  );
}
