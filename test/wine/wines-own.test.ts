/**
 * Wine's own ktmw32.dll, whose functions end the process or pretend (facts/ktm-tmf-mts.md 3), is refused before anything of it is called. Runs in
 * a process of its own, which scripts/test-native.mjs starts without the double.
 */
import { nativeBackend } from '../../lib/binding/native';
import { LoadError, Transaction, TransactionManager } from '../../lib/ktm';

it.each<[string, () => Promise<unknown>]>([
  // This one would say yes, and mean nothing.
  ['CreateTransaction', () => Transaction.create({ backend: nativeBackend() })],
  // This one would end the process.
  ['CreateTransactionManager', () => TransactionManager.create({ backend: nativeBackend(), volatile: true })],
])('%s of it is refused by a LoadError that names it', async (name, call) => {
  const error = await call().then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(LoadError);
  expect(error).toMatchObject({
    code: 'ERR_NATIVE_LOAD', message: expect.stringContaining(`KtmW32::${name} cannot be called`) as string,
    tried: [{ path: 'ktmw32.dll', error: expect.stringContaining('Wine') as string }],
  });
});
