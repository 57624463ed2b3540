// A server or a requester of the transaction monitor, in a process or a worker of its own, that does what it is told: also to fail.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { failFast } from '../../lib/binding/fail-fast';
import { WORKER_CHANNEL } from '../../lib/binding/host';
import { connectRequester, serveRequests } from '../../lib/transaction';

/** SIGKILL, as when a processor fails: nothing of the process runs any more. */
const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Closes the channel, and lives on. */
function disconnect(): void {
  if (isMainThread) process.disconnect();
  else (workerData as Record<string, MessagePort>)[WORKER_CHANNEL]?.close();
}

function serve(): void {
  const serving = serveRequests({
    onRequest: ({ payload, transaction, signal }) => {
      switch (payload) {
        case 'reply':
          return 'done';
        case 'refuse':
          throw Object.assign(new Error('not today'), { code: 'ERR_NOT_TODAY' });
        case 'die':
          die();
          break;
        case 'exit':
          process.exit(3);
          break;
        case 'fail fast':
          failFast({ component: 'server', method: 'onRequest', condition: 'a page of the cache does not match its checksum', stack: new Error('here').stack ?? '' });
          break;
        case 'disconnect':
          disconnect();
          break;
        case 'throw':
          setImmediate(() => {
            throw new Error('nobody catches this');
          });
          break;
        case 'spin':
          for (;;);
        case 'close':
          serving.close();
          break;
        case 'abort':
          if (transaction !== undefined) serving.abortTransaction(transaction);
          break;
        case 'cancelled?':
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve('cancelled'), { once: true }));
      }
      return new Promise(() => undefined);
    },
    onParticipant: async ({ phase, participant, record }) => writeFileSync(join(act, `${phase} ${participant}`), `${JSON.stringify(record)} ${isMainThread ? 'process' : 'worker'}`),
  });
}

/** Begins a transaction, takes a lock, and does that. */
async function request(act: string): Promise<void> {
  const monitor = connectRequester();
  const transaction = await monitor.beginTransaction({ tag: 'of a requester' });
  await monitor.lock(transaction, 'the requester is ready');
  if (act === 'die') die();
  else if (act === 'disconnect') disconnect();
  else if (act === 'exit') process.exit(3);
  else if (act === 'close file') {
    await monitor.closeTransactionFile();
    await monitor.lock(transaction, 'something').catch((error: unknown) => monitor.beginTransaction({ tag: (error as { readonly code: string }).code }));
  } else if (act === 'bad option') await monitor.beginTransaction({ timeout: 1 } as object).catch((error: unknown) => monitor.beginTransaction({ tag: (error as { readonly code: string }).code }));
  else if (act.startsWith('somebody’s')) {
    const [, id = ''] = act.split(' ');
    const [end, resume, abort] = [await monitor.endTransaction(id), await monitor.resumeTransaction(id), await monitor.abortTransaction(id)];
    await monitor.beginTransaction({ tag: `end ${String(end)}, resume ${String(resume)}, abort ${String(abort)}` });
  } else if (act === 'end') await monitor.endTransaction(transaction);
}

// Of a server, the directory for its diagnostic report.
const [, , role, act = ''] = process.argv;
// It lives until it is ended, also without a channel; a worker whose channel is closed ends unless it is to stay.
const stays = act === 'disconnect' || act === 'stay' || role === 'server that stays';
const alive = isMainThread || stays ? setInterval(() => undefined, 0x7fffffff) : undefined;
process.on('disconnect', () => {
  if (!stays) clearInterval(alive);
});
if (role === 'requester') void request(act);
else {
  if (isMainThread) process.report.directory = act;
  serve();
}
