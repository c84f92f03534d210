import { spawnSync } from "node:child_process";
import path from "node:path";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = path.join(import.meta.dirname, "../../../dist/cli/main.js");

/** A program that would go on, interrupted after a time: it is at fault when it ended by itself before. */
function stopped(seconds: number, program: string): string {
  return `timeout -s INT ${seconds} ${program}; [ $? = 124 ]`;
}

/** kubectl and kubescript on one cluster. */
export class Programs {
  readonly #kubectl: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** @param proxy through which all the web is reached, but not what is on loopback */
  constructor(kubectl: string, kubeconfig: string, home: string, proxy?: string) {
    this.#kubectl = kubectl;
    // `kubectl edit` opens this in the place of an editor.
    const KUBE_EDITOR = "sed -i 's/level: .*/level: edited/'";
    const settings = { KUBECONFIG: kubeconfig, HOME: home, NO_COLOR: "1", KUBECTL_APPLYSET: "true", KUBE_EDITOR };
    const web = proxy === undefined ? {} : { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: "", no_proxy: "" };
    this.#env = { ...process.env, ...settings, ...web };
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

  /** A line of shell in which `kubectl` works in the namespace. What goes on until it is stopped goes on for a second. */
  inShell(namespace: string, folder: string, line: string): Outcome {
    const changesConfig = line.startsWith("kubectl config ");
    const plain = changesConfig ? `'${this.#kubectl}' "$@"` : `'${this.#kubectl}' -n ${namespace} "$@"`;
    const goesOn = /^kubectl (proxy|port-forward|attach) /.test(line);
    const body = goesOn ? stopped(1, plain) : plain;
    const kubeconfig = changesConfig ? "export KUBECONFIG=kubeconfig\n" : "";
    return this.#run("bash", ["-c", `${kubeconfig}kubectl() { ${body}; }\nexport -f kubectl\n${line}`], folder);
  }

  /** A line of shell in which `kubescript` has the folder's own kubeconfig, and `eval` works in the namespace. */
  inShellOfKubescript(namespace: string, folder: string, line: string): Outcome {
    const place = `[ "$1" = eval ] && set -- eval -n ${namespace} "\${@:2}"`;
    const body = `${place}; '${process.execPath}' '${main}' "$@"`;
    const text = `export KUBECONFIG=kubeconfig\nkubescript() { ${body}; }\n${line}`;
    return this.#run("bash", ["-c", text], folder);
  }

  /** The code, as `kubescript eval` runs it. */
  inKubescript(namespace: string, folder: string, code: string, output: string | undefined): Outcome {
    const how = output === undefined ? [] : ["-o", output];
    const program = `'${process.execPath}' '${main}' eval "$@"`;
    const body = /\.attach\(/.test(code) ? stopped(2, program) : program;
    return this.#run("bash", ["-c", body, "eval", "-n", namespace, ...how, code], folder);
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
