// A server or a requester of the transaction monitor, in a process of its own, that does what it is told: also to fail.
import { failFast } from '../../lib/binding/fail-fast';
import { connectRequester, serveRequests } from '../../lib/transaction';

/** SIGKILL, as when a processor fails: nothing of the process runs any more. */
const die = (): void => void process.kill(process.pid, 'SIGKILL');

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
          process.disconnect();
          break;
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
  });
}

/** Begins a transaction, takes a lock, and does that. */
async function request(act: string): Promise<void> {
  const monitor = connectRequester();
  const transaction = await monitor.beginTransaction({ tag: 'of a requester' });
  await monitor.lock(transaction, 'the requester is ready');
  if (act === 'die') die();
  else if (act === 'disconnect') process.disconnect();
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
// It lives until it is ended, also without a channel.
const alive = setInterval(() => undefined, 0x7fffffff);
process.on('disconnect', () => {
  if (act !== 'disconnect' && act !== 'stay' && role !== 'server that stays') clearInterval(alive);
});
if (role === 'requester') void request(act);
else {
  process.report.directory = act;
  serve();
}
