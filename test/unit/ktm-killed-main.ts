/** A machine on real files that is killed in the middle of a transaction: argv are the log's path, and the event at which SIGKILL comes. */
import { realHost } from '../../lib/binding/real-host';
import { createFunctions } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { ktmTable } from '../../lib/binding/tables';
import { SimulatedWindows } from '../../lib/simulator/machine';

const TWO_PHASE = 0xe;

async function main([path = '', killedAt = '']: readonly string[]): Promise<void> {
  const machine = new SimulatedWindows({ host: realHost });
  if (ktmTable.functions === undefined) throw new Error('the table has no functions');
  const ktm = createFunctions<KtmW32>(await machine.openChannel(), ktmTable.functions);
  const manager = await ktm.createTransactionManager(`log:${path}`, 0);
  await ktm.recoverTransactionManager(manager);
  const transaction = await ktm.createTransaction(0, 0, null);
  const kept = [];
  const enlistments = [];
  for (const number of [1, 2]) {
    const rm = await ktm.createResourceManager(`00000000-0000-4000-8000-00000000000${String(number)}`, 0, manager, null);
    await ktm.recoverResourceManager(rm);
    kept.push(rm);
    enlistments.push(await ktm.createEnlistment(rm, transaction, TWO_PHASE, 0, 0));
  }
  await ktm.commitTransactionAsync(transaction);
  for (const [index, enlistment] of enlistments.entries()) {
    // The power switch of a child process.
    if (index === 1) machine.event = (name) => (name === killedAt ? (process.kill(process.pid, 'SIGKILL'), new Promise(() => undefined)) : Promise.resolve());
    await ktm.prepareComplete(enlistment, null);
  }
  process.stdout.write(`survived ${String(kept.length)}\n`);
}

void main(process.argv.slice(2));
