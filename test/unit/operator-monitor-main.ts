// A transaction monitor in a process of its own, until its standard input ends: with one active transaction that holds a lock, one that waits for
// it, and one that hangs because its participant cannot be backed out. Prints their ids.
import { once } from 'node:events';
import { TransactionMonitor } from '../../lib/transaction';
import type { Participant } from '../../lib/transaction';

async function main(directory: string): Promise<void> {
  const participant = (name: string, more: Partial<Participant> = {}): Participant => ({
    name, prepare: () => Promise.resolve(), commit: () => Promise.resolve(), backout: () => Promise.resolve(), ...more,
  });
  const monitor = await TransactionMonitor.open({ directory, retryMs: 1, recoverers: { 'known here': () => participant('stubborn') } });
  const active = monitor.beginTransaction({ tag: 'active' });
  await active.enlist(participant('worker', { resources: ['database mssqlserver\\sales'] }));
  const waiting = monitor.beginTransaction({ tag: 'waiting' });
  waiting.lock('database mssqlserver\\sales').catch(() => undefined);
  const hung = monitor.beginTransaction({ tag: 'hung' });
  await hung.enlist(participant('stubborn', { kind: 'known here', resources: ['drive'], backout: () => Promise.reject(new Error('the drive is jammed')) }));
  monitor.abortTransaction(hung);
  await hung.finished;
  process.stdout.write(`${JSON.stringify({ active: active.id, waiting: waiting.id, hung: hung.id })}\n`);
  await once(process.stdin.resume(), 'end');
  await monitor.close();
}

const [, , directory = ''] = process.argv;
// Timers of the Host do not keep the process alive.
const alive = setInterval(() => undefined, 0x7fffffff);
void main(directory).finally(() => clearInterval(alive));
