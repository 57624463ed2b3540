import type { CallResult, Channel, PlainValue } from '../../lib/binding/channel';
import { HRESULT, hresultFromWin32 } from '../../lib/binding/codes';
import { createFunctions } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { KTM_ERROR } from '../../lib/binding/ktm-codes';
import { AreaMemory } from '../../lib/binding/memory';
import { ktmTable } from '../../lib/binding/tables';

class ScriptedChannel implements Channel {
  readonly kind = 'simulated';
  readonly memory = new AreaMemory();
  readonly asked: { handle: number; operation: string; args: readonly PlainValue[] }[] = [];
  readonly released: number[] = [];
  constructor(private readonly answers: CallResult[] = []) {}
  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    this.asked.push({ handle, operation, args });
    return Promise.resolve(this.answers.shift() ?? { hresult: HRESULT.S_OK, outputs: [] });
  }
  release(handle: number): Promise<void> {
    this.released.push(handle);
    return Promise.resolve();
  }
  setTeardown(): void {
    throw new Error('not used here');
  }
  commandQueue(): never {
    throw new Error('not used here');
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function functionsOver(...answers: CallResult[]): { channel: ScriptedChannel; ktm: KtmW32 } {
  const channel = new ScriptedChannel(answers);
  if (ktmTable.functions === undefined) throw new Error('the table has no functions');
  return { channel, ktm: createFunctions<KtmW32>(channel, ktmTable.functions) };
}

describe('flat functions', () => {
  it('are all 39 public ones, and pass no reserved parameter', async () => {
    const { channel, ktm } = functionsOver({ hresult: 0, outputs: [12] });
    expect(Object.keys(ktm)).toHaveLength(39);
    const transaction = await ktm.createTransaction(0, 5000, 'a description');
    expect([transaction.handle, transaction.of]).toEqual([12, 'Transaction']);
    expect(channel.asked).toEqual([{ handle: 0, operation: 'KtmW32::CreateTransaction', args: [0, 5000, 'a description'] }]);
  });

  it('give several outputs as the fields of one result, and a failure as the Win32 error', async () => {
    const { ktm } = functionsOver(
      { hresult: 0, outputs: [12] },
      { hresult: 0, outputs: [1, 0, 0, 5000, 'text'] },
      { hresult: hresultFromWin32(KTM_ERROR.ERROR_TRANSACTION_NOT_ACTIVE), outputs: [] },
    );
    const transaction = await ktm.createTransaction(0, 0, null);
    expect(await ktm.getTransactionInformation(transaction)).toEqual({ outcome: 1, isolationLevel: 0, isolationFlags: 0, timeoutMs: 5000, description: 'text' });
    await expect(ktm.commitTransaction(transaction)).rejects.toMatchObject({ code: 'ERROR_TRANSACTION_NOT_ACTIVE', win32: 6701, operation: 'KtmW32::CommitTransaction' });
  });

  it('name every error of the log that KTM writes, 6600 to 6648, and say so in the rejection', async () => {
    const numbers = Object.values(KTM_ERROR).filter((code) => code < 6700);
    expect(numbers).toEqual(Array.from({ length: 49 }, (_, index) => 6600 + index));
    const { ktm } = functionsOver({ hresult: 0, outputs: [12] }, { hresult: hresultFromWin32(KTM_ERROR.ERROR_LOG_FULL), outputs: [] });
    const transaction = await ktm.createTransaction(0, 0, null);
    await expect(ktm.commitTransaction(transaction)).rejects.toMatchObject({ code: 'ERROR_LOG_FULL', win32: 6628 });
  });

  it('take handles of the right kind only, of the same machine, that are still open', async () => {
    const { channel, ktm } = functionsOver({ hresult: 0, outputs: [12] });
    const other = functionsOver({ hresult: 0, outputs: [12] });
    const transaction = await ktm.createTransaction(0, 0, null);
    await expect(ktm.recoverTransactionManager(transaction)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: 'manager' });
    await expect(other.ktm.commitTransaction(transaction)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: 'transaction' });
    await expect(ktm.openTransaction(1, 'not a guid')).rejects.toMatchObject({ field: 'transactionId' });
    await transaction.close();
    await transaction.close();
    expect(channel.released).toEqual([12]);
    await expect(ktm.commitTransaction(transaction)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(channel.asked).toHaveLength(1);
  });
});
