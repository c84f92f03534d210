import { spawnSync } from "node:child_process";
import path from "node:path";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = path.join(import.meta.dirname, "../../../dist/cli/main.js");

/** kubectl and kubescript on one cluster. */
export class Programs {
  readonly #kubectl: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(kubectl: string, kubeconfig: string, home: string) {
    this.#kubectl = kubectl;
    // `kubectl edit` opens this in the place of an editor.
    const KUBE_EDITOR = "sed -i 's/level: .*/level: edited/'";
    const settings = { KUBECONFIG: kubeconfig, HOME: home, NO_COLOR: "1", KUBECTL_APPLYSET: "true", KUBE_EDITOR };
    this.#env = { ...process.env, ...settings };
  }

  /** kubectl, which must succeed; gives its stdout. */
  must(args: readonly string[], input?: string): string {
    const { status, stdout, stderr } = this.kubectl(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  kubectl(args: readonly string[], input?: string): Outcome {
    return this.#run(this.#kubectl, args, undefined, input);
  }

  /** A line of shell in which `kubectl` works in the namespace. What serves until it is stopped serves for a second. */
  inShell(namespace: string, folder: string, line: string): Outcome {
    const plain = `'${this.#kubectl}' -n ${namespace} "$@"`;
    const serves = /^kubectl (proxy|port-forward) /.test(line);
    const body = serves ? `timeout 1 ${plain}; [ $? = 124 ]` : plain;
    return this.#run("bash", ["-c", `kubectl() { ${body}; }\nexport -f kubectl\n${line}`], folder);
  }

  /** The code, as `kubescript eval` runs it. */
  inKubescript(namespace: string, folder: string, code: string, output: string | undefined): Outcome {
    const how = output === undefined ? [] : ["-o", output];
    return this.#run(process.execPath, [main, "eval", "-n", namespace, ...how, code], folder);
  }

  #run(command: string, args: readonly string[], cwd?: string, input?: string): Outcome {
    const env = this.#env;
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      env,
      input,
      encoding: "utf8",
      timeout: 120_000,
    });
    return { status, stdout: stdout ?? "", stderr: stderr ?? "" };
  }
}
