/**
 * A client that is abandoned while the addon moves its files: reads that nobody answers are under way on the pipe, and a file is being written.
 * As a Worker it says `ready` then, and does what its maker tells it; as a program it ends by process.exit().
 * Usage of the program: node native-files-client.js <pipe> <file>
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';

const PIECE = 8 << 20;

async function enter(pipe: string, path: string): Promise<void> {
  const { files } = nativeBackend().host;
  const silent = await files.open(pipe, 'modify');
  silent.read(new Uint8Array(PIECE), 0).catch(() => undefined);
  silent.read(new Uint8Array(PIECE), 0).catch(() => undefined);
  const closing = await files.open(pipe, 'modify');
  closing.read(new Uint8Array(PIECE), 0).catch(() => undefined);
  closing.close().catch(() => undefined);
  const file = await files.open(path, 'create');
  await file.write(new Uint8Array(PIECE), 0);
  for (let piece = 1; piece < 64; piece += 1) file.write(new Uint8Array(PIECE), piece * PIECE).catch(() => undefined);
}

async function asWorker(port: NonNullable<typeof parentPort>, { pipe, path }: { pipe: string; path: string }): Promise<void> {
  await enter(pipe, path);
  port.once('message', () => process.exit());
  port.postMessage('ready');
}

/** Prints what is alive after the end of its environment, as seen by an exit listener. */
async function asProgram([pipe = '', path = '']: readonly string[]): Promise<void> {
  await enter(pipe, path);
  const channel = await nativeBackend().openChannel();
  process.once('exit', () => {
    if (channel instanceof NativeChannel) writeSync(1, JSON.stringify(channel.alive()));
  });
  process.exit();
}

if (parentPort !== null) void asWorker(parentPort, workerData as { pipe: string; path: string });
else if (require.main === module) void asProgram(process.argv.slice(2));
