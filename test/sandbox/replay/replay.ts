import { createSandbox, type Sandbox } from "../../../src/sandbox/index.ts";
import { type ManualClock, manualClock } from "../../../src/sandbox/model/manual-clock.ts";
import type { Peer } from "../../../src/sandbox/model/peer.ts";
import { differences } from "./compare.ts";
import { type Answer, type Asker, type Exchange, recordedExchanges } from "./recording.ts";
import { isRecord, Substitutions } from "./substitutions.ts";

/** An exchange whose live answer is not the recorded one. */
export interface Mismatch {
  readonly name: string;
  readonly differences: readonly string[];
}

const RECORDED_AT = Date.parse("2026-11-21T01:17:00Z");
const TOKEN = "<jwt>";

const PEERS: Readonly<Record<Asker, Peer>> = {
  admin: { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "a".repeat(64) } },
  viewer: { certificate: { commonName: "viewer", organizations: ["viewers"], sha256: "b".repeat(64) } },
  anonymous: {},
  bearer: {},
};

/** Sends a topic's requests to a fresh sandbox, at the times of the recording on a clock moved by hand. */
export async function replay(topic: string): Promise<{ compared: number; mismatches: Mismatch[] }> {
  const clock = manualClock(RECORDED_AT);
  const sandbox = createSandbox({
    clock,
    random: sameEveryTime(),
    certificateAuthority: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    staticTokens: new Map([
      ["static-admin-token", { username: "token-admin", uid: "1", groups: ["system:masters"] }],
      ["static-view-token", { username: "token-viewer", uid: "2", groups: ["viewers"] }],
    ]),
  });
  try {
    return await play(sandbox, clock, recordedExchanges(topic));
  } finally {
    sandbox.close();
  }
}

/** The names that the server generates decide the order of lists, so they are the same in every run. */
function sameEveryTime(): () => number {
  let seed = 1;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

async function play(
  sandbox: Sandbox,
  clock: ManualClock,
  exchanges: readonly Exchange[],
): Promise<{ compared: number; mismatches: Mismatch[] }> {
  const known = new Substitutions();
  const answers = new Map<Exchange, Answer>();
  const open: { until: number; hangUp: () => Promise<void> }[] = [];

  async function goTo(time: number): Promise<void> {
    for (const stream of [...open].sort((a, b) => a.until - b.until)) {
      if (stream.until > time) break;
      advanceTo(clock, stream.until);
      open.splice(open.indexOf(stream), 1);
      await stream.hangUp();
    }
    advanceTo(clock, time);
  }

  for (const exchange of exchanges) {
    await goTo(exchange.at);
    const response = await sandbox.handle(requestOf(exchange, known), PEERS[exchange.as]);
    if (exchange.response.stream === undefined) {
      const answer = { ...headOf(response), body: parsed(response, await response.text()) };
      answers.set(exchange, answer);
      learn(known, exchange, answer);
    } else {
      const lines = reader(response);
      const hangUp = async (): Promise<void> => {
        answers.set(exchange, { ...headOf(response), stream: await lines.hangUp() });
      };
      open.push({ until: exchange.at + exchange.ms, hangUp });
    }
  }
  await goTo(lastMoment(exchanges));

  const compared = exchanges.filter(({ setup }) => setup !== true);
  const mismatches = compared
    .map((exchange) => ({
      name: exchange.name,
      differences: differences(exchange, answerOf(answers, exchange), known),
    }))
    .filter((one) => one.differences.length > 0);
  return { compared: compared.length, mismatches };
}

function answerOf(answers: ReadonlyMap<Exchange, Answer>, exchange: Exchange): Answer {
  const answer = answers.get(exchange);
  if (answer === undefined) throw new Error(`${exchange.name} was not answered`);
  return answer;
}

function lastMoment(exchanges: readonly Exchange[]): number {
  return Math.max(...exchanges.map(({ at, ms }) => at + ms));
}

function advanceTo(clock: ManualClock, time: number): void {
  const ahead = RECORDED_AT + time - clock.now();
  if (ahead > 0) clock.advance(ahead);
}

function requestOf({ request }: Exchange, known: Substitutions): Request {
  const { method, path, headers, body } = request;
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(known.inBody(body));
  const token = known.get(TOKEN);
  const all = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    token === undefined ? value : value.replace(TOKEN, token),
  ]);
  return new Request(`https://sandbox${known.inPath(path)}`, {
    method,
    headers: all,
    ...(text === undefined ? {} : { body: text }),
  });
}

function learn(known: Substitutions, { response }: Exchange, answer: Answer): void {
  known.learnFrom(response.body, answer.body);
  const token = isRecord(answer.body) && isRecord(answer.body.status) ? answer.body.status.token : undefined;
  const recorded = isRecord(response.body) && isRecord(response.body.status) ? response.body.status.token : undefined;
  if (recorded === TOKEN && typeof token === "string") known.learn(TOKEN, token);
}

function headOf(response: Response): Pick<Answer, "status" | "headers"> {
  return { status: response.status, headers: Object.fromEntries(response.headers) };
}

function parsed(response: Response, text: string): unknown {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return text;
  return JSON.parse(text);
}

/** Reads lines in the background until it hangs up. */
function reader(response: Response): { hangUp(): Promise<unknown[]> } {
  const source = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const done = (async () => {
    for (;;) {
      const chunk = await source?.read();
      if (chunk === undefined || chunk.done) return;
      text += decoder.decode(chunk.value, { stream: true });
    }
  })();
  return {
    async hangUp() {
      // what is written already is read before the stream is given up
      await new Promise((resolve) => setImmediate(resolve));
      await source?.cancel();
      await done;
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown);
    },
  };
}
