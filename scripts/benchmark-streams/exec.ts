import type { StreamBenchmark } from "../benchmark-streams.ts";
import type { Stage } from "./stage.ts";

const SLOW_SECONDS = 10;

/** What a command prints, read as fast as it comes, and from one that prints for ever while the reader is slow. */
export const benchmark: StreamBenchmark = {
  async run(stage: Stage): Promise<void> {
    const { pod, mebibytes } = stage;
    const size = `${mebibytes} MiB`;
    const zeros = `["head", "-c", "${mebibytes * 1024 * 1024}", "/dev/zero"]`;
    const read = `const running = await k8s.pods.exec("${pod}", ${zeros}, { live: true });
      let bytes = 0;
      for await (const chunk of running.stdout) bytes += chunk.length;
      if (bytes !== ${mebibytes * 1024 * 1024}) throw new Error(\`\${bytes} bytes came\`);`;
    await stage.measureCode(`${size} of a command`, mebibytes, read);
    await stage.measureKubectl(`${size} of a command`, mebibytes, [
      ...["exec", pod, "--", "head", "-c", String(mebibytes * 1024 * 1024), "/dev/zero"],
    ]);
    const idle = `const running = await k8s.pods.exec("${pod}", ["sleep", "${SLOW_SECONDS}"], { live: true });
      await running.exit;`;
    await stage.measureCode("a command that prints nothing", 0, idle);
    const slow = `const running = await k8s.pods.exec("${pod}", ["yes"], { live: true });
      const end = Date.now() + ${SLOW_SECONDS * 1000};
      for await (const _chunk of running.stdout) {
        if (Date.now() > end) break;
        await sleep(100);
      }
      running.close();`;
    await stage.measureCode("yes, and a slow reader", 0, slow);
  },
};
