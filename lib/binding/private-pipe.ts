/**
 * A local channel that only this user (and administrators) can open: a socket in a directory of mode 0700, or a pipe of a name that nobody guesses,
 * which by default only its creator, administrators and the system may write to.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PrivatePipe {
  /** Where clients connect. */
  readonly path: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Waiting for connections does not keep the process alive any more. */
  unref(): void;
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
  return {
    path,
    get connections() {
      return sockets.size;
    },
    unref() {
      server.unref();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      if (!windows) rmSync(dirname(path), { recursive: true, force: true });
    },
  };
}
