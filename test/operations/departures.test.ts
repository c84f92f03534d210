import { expect, test } from "vitest";
import { ApiError } from "../../src/errors.ts";
import { watchDepartures } from "../../src/operations/nodes/departures.ts";
import type { ResourceClient } from "../../src/resources/client.ts";
import type { Pod } from "../../src/types/core-v1.ts";

const pod = (name: string, uid: string): Pod => ({ metadata: { namespace: "n", name, uid } }) as Pod;
const leaving = [pod("a", "1"), pod("b", "2")];

/** Which of the leaving pods are known to be gone after what a watch has told. */
async function goneAfter(...told: (object | Error)[]): Promise<boolean[]> {
  const closing = new AbortController();
  const watch = async function* (): AsyncGenerator<object> {
    for (const one of told) {
      if (one instanceof Error) throw one;
      yield one;
    }
    await new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
  };
  const pods = { watch, list: async () => [pod("b", "2")], timing: { sleep: () => new Promise(() => {}) } };
  const { gone } = watchDepartures(pods as unknown as ResourceClient<Pod>, "node", leaving, closing.signal);
  const answers = leaving.map(() => false);
  for (const [index, one] of leaving.entries()) {
    gone(one).then(
      () => {
        answers[index] = true;
      },
      () => {},
    );
  }
  await new Promise((resolve) => setImmediate(resolve));
  closing.abort();
  return answers;
}

const event = (type: string, object?: Pod): object => ({ type, object });

test.each<[what: string, told: (object | Error)[], gone: boolean[]]>([
  ["it is deleted", [event("ADDED", leaving[0]), event("DELETED", leaving[0])], [true, false]],
  ["it is not among those that are there", [event("ADDED", leaving[1]), event("SYNCED")], [true, false]],
  ["another has its name", [event("ADDED", leaving[1]), event("ADDED", pod("a", "3"))], [true, false]],
  ["it changes", [event("ADDED", leaving[0]), event("MODIFIED", leaving[0]), event("DESYNCED")], [false, false]],
  ["no one may watch, and it is not listed", [forbidden()], [true, false]],
])("a pod is gone, or not, when %s", async (_, told, gone) => {
  expect(await goneAfter(...told)).toEqual(gone);
});

function forbidden(): ApiError {
  const answer = { status: {}, httpStatus: 403, method: "GET", path: "/" };
  return new ApiError("FORBIDDEN", "no", answer as never);
}
