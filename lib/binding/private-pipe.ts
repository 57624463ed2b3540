/** A local channel that only this user (and administrators) can open: a socket in a directory of mode 0700, or a pipe of a name that nobody guesses. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PrivatePipe {
  /** Where clients connect. */
  readonly path: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

export async function listenPrivately(onConnection: (socket: Socket) => void): Promise<PrivatePipe> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A reset is an end like any other.
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const windows = process.platform === 'win32';
  const path = windows ? `\\\\.\\pipe\\winbackup-${randomBytes(16).toString('hex')}` : join(mkdtempSync(join(tmpdir(), 'winbackup-')), 'pipe');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Being reachable is no reason to go on living.
  server.unref();
  return {
    path,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      if (!windows) rmSync(dirname(path), { recursive: true, force: true });
    },
  };
}
