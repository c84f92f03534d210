import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { PROVISIONER } from "../../../../src/sandbox/controllers/volume-binder.ts";
import type { Pod } from "../../../../src/sandbox/pods/pod.ts";
import { placeVolume, type VolumeSources } from "../../../../src/sandbox/pods/process/volumes.ts";
import { startCluster } from "../../controllers/harness.ts";

test("a claim that is made anew under the same name begins empty, and one that stays keeps what is in it", () => {
  const claims = mkdtempSync(path.join(tmpdir(), "kubescript-claims-"));
  const cluster = startCluster();
  cluster.create("storageclasses.storage.k8s.io", { metadata: { name: "standard" }, provisioner: PROVISIONER }, "");
  const claim = {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "standard", resources: { requests: { storage: "1Gi" } } },
  };
  const sources = { registry: cluster.registry, claims } as unknown as VolumeSources;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "default" } } as unknown as Pod;
  const volume = { name: "v", persistentVolumeClaim: { claimName: "data" } };
  const place = (): string => placeVolume(volume, "/unused", { pod, podIP: undefined, nodeAddress: "" }, sources).path;
  const holdsFile = (): boolean => existsSync(path.join(place(), "file"));
  try {
    cluster.create("persistentvolumeclaims", claim);
    cluster.clock.advance(100);
    writeFileSync(path.join(place(), "file"), "x");
    expect(holdsFile()).toBe(true);
    cluster.registry.delete("persistentvolumeclaims", "default", "data");
    cluster.clock.advance(100);
    cluster.create("persistentvolumeclaims", claim);
    cluster.clock.advance(100);
    expect(holdsFile()).toBe(false);
  } finally {
    cluster.stop();
    rmSync(claims, { recursive: true });
  }
});
