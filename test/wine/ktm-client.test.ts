/**
 * The independent check of the double of ktmw32.dll: a resource manager in C with declarations of its own takes part in a commit and a
 * rollback. What it saw must be what KTM is documented to do, and what the machine did.
 */
import * as path from 'node:path';
import { KTM_ERROR, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_OUTCOME } from '../../lib/binding/ktm-codes';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

interface Client {
  run(dll: string): Promise<string>;
}

function loadClient(): Client {
  const module = { exports: {} };
  process.dlopen(module, path.join(process.env['WINBACKUP_PROGRAMS'] ?? '', 'ktm_client.dll'));
  return module.exports as Client;
}

let machine: WineMachine;

beforeAll(async () => {
  machine = await openWineMachine();
});
afterAll(() => machine.close());

describe('a resource manager in C', () => {
  it('commits, rolls back and recovers through the double of ktmw32.dll', async () => {
    expect(JSON.parse(await loadClient().run('ktmw32.dll'))).toEqual({
      made: true,
      madeTwice: 183,
      recovered: 1,
      // Too small a buffer: 122, the length, and the notification stays in the queue (facts/ktm-tmf-mts.md 1.5).
      tooSmall: 122,
      needed: 32,
      kept: NOTIFY.LAST_RECOVER,
      argument: 0,
      empty: 1460,
      phases: [NOTIFY.PREPREPARE, NOTIFY.PREPARE, NOTIFY.COMMIT],
      key: '1122334455667788',
      commit: 0,
      outcome: TRANSACTION_OUTCOME.Committed,
      description: 'from C',
      port: 1,
      asked: 997,
      // The first of two handles of the transaction was closed, then the last.
      early: 0,
      late: true,
      completionKey: 77,
      notification: NOTIFY.ROLLBACK,
      rolledBack: 1,
      unasked: 0,
      unaskedError: KTM_ERROR.ERROR_TRANSACTION_NOT_REQUESTED,
      badHandle: 0,
      badHandleError: 6,
    });
  });

  it('did with the machine what it saw, and left nothing alive', async () => {
    const answers = await machine.control.calls();
    const called = answers.map(({ operation }) => operation.replace('KtmW32::', ''));
    expect(called.filter((name) => name.endsWith('Complete'))).toEqual(['PrePrepareComplete', 'PrepareComplete', 'CommitComplete', 'RollbackComplete', 'CommitComplete']);
    const counts = Object.entries(await machine.counts()) as [string, number][];
    expect(counts.filter(([, count]) => count !== 0)).toEqual([]);
  });
});
