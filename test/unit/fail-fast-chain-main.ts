// A monitor with a transaction, and a server that takes part in it, each in a process of its own; one of them finds itself corrupted and fails fast.
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HRESULT } from '../../lib/binding/codes';
import { realHost } from '../../lib/binding/real-host';
import { createRootObject, getObjectContext } from '../../lib/context';
import { FileSet, TransactionMonitor, contextTransaction, serveRequests } from '../../lib/transaction';

/** A component whose only method throws what nobody catches. */
const cache = (): { readonly read: () => never } => ({
  read: () => {
    getObjectContext().setComplete();
    throw new RangeError('page 7 does not match its checksum');
  },
});

function serve(directory: string): void {
  const at = (name: string): string => join(directory, 'server', name);
  serveRequests({
    onRequest: async ({ payload }) => {
      if (payload === 'work') writeFileSync(at('work.partial'), 'work');
      else await createRootObject('Cache', cache, { host: realHost }).call('read');
      return 'done';
    },
    onParticipant: async ({ phase, record }) => {
      writeFileSync(at(`${phase}-by-${String(process.pid)}`), JSON.stringify(record));
      if (phase === 'commit' && readdirSync(join(directory, 'server')).includes('work.partial')) renameSync(at('work.partial'), at('work'));
      if (phase === 'backout') rmSync(at('work.partial'), { force: true });
    },
  });
}

async function run(directory: string, fails: string): Promise<void> {
  process.on('exit', () => writeFileSync(join(directory, 'exit-handler'), ''));
  const monitor = await TransactionMonitor.open({ directory: join(directory, 'log'), retryMs: 1 });
  const server = monitor.startServer({ module: __filename, args: ['server', directory], name: 'the server' });
  const transaction = monitor.beginTransaction();
  const set = await FileSet.enlist(monitor, transaction, { directory: join(directory, 'sets', 'one') });
  await transaction.enlist(server.participant({ name: 'work of the server', record: 'what it must know' }, transaction));
  await transaction.enlist({
    name: 'last', commit: async () => undefined, backout: async () => undefined,
    // What a stray write to memory would do.
    prepare: async () => {
      if (fails === 'integrity') Reflect.set(transaction, 'current', 'ABORTED');
    },
  });
  await server.request('work');
  await set.writeText('file', 'contents');
  if (fails === 'component') {
    await createRootObject('Cache', cache, { host: realHost, transaction: contextTransaction(monitor, transaction) }).call('read');
  } else if (fails === 'server') {
    const error = await server.request('read the cache').then(() => undefined, (thrown: unknown) => thrown);
    const ended = await server.exited;
    const { number } = error as { readonly number: number };
    process.stdout.write(JSON.stringify({ number, ended, cause: transaction.cause?.name, result: await monitor.endTransaction(transaction), finished: (await transaction.finished).state, locks: monitor.locks }));
    await monitor.close();
    return;
  }
  const result = await monitor.endTransaction(transaction);
  process.stdout.write(JSON.stringify({ result, hresult: HRESULT.S_OK }));
  await transaction.finished;
  await monitor.close();
}

const [, , role, directory = '', fails = ''] = process.argv;
process.report.directory = join(directory, 'reports');
const alive = setInterval(() => undefined, 0x7fffffff);
process.on('disconnect', () => clearInterval(alive));
if (role === 'server') serve(directory);
else void run(directory, fails).finally(() => clearInterval(alive));
