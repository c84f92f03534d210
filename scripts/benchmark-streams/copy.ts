import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StreamBenchmark } from "../benchmark-streams.ts";
import type { Stage } from "./stage.ts";

const SMALL_FILES = 10_000;

/** One big file and many small ones, both ways. */
export const benchmark: StreamBenchmark = {
  async run(stage: Stage): Promise<void> {
    const { pod, mebibytes, folder } = stage;
    await stage.inContainer(`head -c ${mebibytes * 1024 * 1024} /dev/urandom > /tmp/big`);
    const big = `${mebibytes} MiB`;
    await stage.measureCode(`${big} from a container`, mebibytes, `await k8s.pods.cp("${pod}:/tmp/big", "big")`);
    await stage.measureKubectl(`${big} from a container`, mebibytes, ["cp", `${pod}:/tmp/big`, "big-kubectl"]);
    await stage.measureCode(`${big} into a container`, mebibytes, `await k8s.pods.cp("big", "${pod}:/tmp/big2")`);
    await stage.measureKubectl(`${big} into a container`, mebibytes, ["cp", "big", `${pod}:/tmp/big3`]);
    const sum = "{ checksum: true, overwrite: true }";
    await stage.measureCode(`${big} with checksum`, mebibytes, `await k8s.pods.cp("${pod}:/tmp/big", "big", ${sum})`);
    await stage.inContainer("rm -f /tmp/big /tmp/big2 /tmp/big3");
    const many = path.join(folder, "many");
    for (let index = 0; index < SMALL_FILES; index++) {
      const below = path.join(many, String(index % 100));
      if (index < 100) mkdirSync(below, { recursive: true });
      writeFileSync(path.join(below, `${index}.txt`), `${index}\n`.repeat(100));
    }
    const files = `${SMALL_FILES} files`;
    await stage.measureCode(`${files} into a container`, 0, `await k8s.pods.cp("many", "${pod}:/tmp/many")`);
    await stage.measureKubectl(`${files} into a container`, 0, ["cp", "many", `${pod}:/tmp/many2`]);
    await stage.measureCode(`${files} from a container`, 0, `await k8s.pods.cp("${pod}:/tmp/many", "again")`);
    await stage.measureKubectl(`${files} from a container`, 0, ["cp", `${pod}:/tmp/many`, "again-kubectl"]);
    const over = "{ overwrite: true }";
    await stage.measureCode(`${files} over those there`, 0, `await k8s.pods.cp("many/.", "${pod}:/tmp/many", ${over})`);
  },
};
