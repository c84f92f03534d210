import type { FileHandle } from "node:fs/promises";

/** Written at once. Each write costs a trip to another thread, which is much for the 16 KiB that a connection brings. */
const BATCH_BYTES = 512 * 1024;

/** Writes what comes to a file, one batch while the next is coming. Nothing is being written any more when it settles. */
export async function writePieces(handle: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    writing = writeBatch(handle, batch, bytes);
    // Told by the next wait for it.
    writing.catch(() => undefined);
    batch = [];
    bytes = 0;
  };
  try {
    for await (const piece of pieces) {
      batch.push(piece);
      bytes += piece.length;
      if (bytes >= BATCH_BYTES) await write();
    }
    if (bytes > 0) await write();
  } catch (error) {
    await writing.catch(() => undefined);
    throw error;
  }
  await writing;
}

async function writeBatch(handle: FileHandle, batch: readonly Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(batch);
  // A system may take a part only; what is then in its way is told of the rest.
  if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(batch).subarray(bytesWritten));
}
