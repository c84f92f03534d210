import { describe, expect, it, vi } from "vitest";
import { type EventStream, eventStream } from "../../../src/sandbox/http/verbs/event-stream.ts";

async function pieces({ body }: EventStream): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of body) texts.push(new TextDecoder().decode(piece));
  return texts;
}

describe("an event stream", () => {
  it("hands on in one piece what was written before it is read", async () => {
    const stream = eventStream();
    for (const text of ["a\n", "b\n", "ü\n"]) stream.write(text);
    stream.end();
    expect(await pieces(stream)).toEqual(["a\nb\nü\n"]);
  });

  it("cuts a long backlog into pieces and loses nothing of it", async () => {
    const stream = eventStream();
    const events = Array.from({ length: 5000 }, (_, index) => `${index} ${"x".repeat(100)}\n`);
    for (const event of events) stream.write(event);
    stream.end();
    const read = await pieces(stream);
    expect(read.length).toBeGreaterThan(5);
    expect(Math.max(...read.map((text) => text.length))).toBeLessThan(70_000);
    expect(read.join("")).toBe(events.join(""));
  });

  it("gives a waiting reader an event as soon as it is written", async () => {
    const stream = eventStream();
    const reader = stream.body.getReader();
    const waiting = reader.read();
    stream.write("now\n");
    expect(new TextDecoder().decode((await waiting).value)).toBe("now\n");
    const next = reader.read();
    stream.end();
    expect((await next).done).toBe(true);
  });

  it("cuts off a reader that does not keep up, after what it was sent", async () => {
    const stream = eventStream();
    const ended = vi.fn();
    stream.onEnd(ended);
    const event = "x".repeat(16 * 1024 * 1024);
    for (let count = 0; count < 6; count += 1) stream.write(event);
    expect(ended).toHaveBeenCalledOnce();
    expect((await pieces(stream)).join("").length).toBe(4 * event.length);
  });

  it("tells of its end once when the reader leaves", async () => {
    const stream = eventStream();
    const ended = vi.fn();
    stream.onEnd(ended);
    await stream.body.cancel();
    stream.write("lost\n");
    stream.end();
    expect(ended).toHaveBeenCalledOnce();
  });
});
