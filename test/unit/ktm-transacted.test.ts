/** Transacted files and keys, where there are none: what is refused before anything is called. */
import { SimulatedWindows } from '../../lib/simulator';
import { ROOT_KEY, Transaction, TransactedFiles, TransactedRegistry } from '../../lib/ktm';
import type { TransactedOptions } from '../../lib/ktm';

/** A transaction that passes for one of Windows', so that only the checks stand before the call. */
async function nativeTransaction(): Promise<{ readonly transaction: Transaction; readonly machine: SimulatedWindows }> {
  const machine = new SimulatedWindows();
  const transaction = await Transaction.create({ backend: machine });
  Object.defineProperty(transaction, 'simulated', { value: false });
  return { transaction, machine };
}

const accept = { acceptDiscouraged: true } as const;

it('are off unless they are asked for', async () => {
  const { transaction } = await nativeTransaction();
  for (const options of [{}, { acceptDiscouraged: false }, { acceptDiscouraged: true, force: true }]) {
    expect(() => new TransactedFiles(transaction, options as TransactedOptions)).toThrow(expect.objectContaining({ name: 'ArgumentError' }) as Error);
    expect(() => new TransactedRegistry(transaction, options as TransactedOptions)).toThrow(expect.objectContaining({ name: 'ArgumentError' }) as Error);
  }
});

it('are not simulated, and say so', async () => {
  const transaction = await Transaction.create({ backend: new SimulatedWindows() });
  expect(() => new TransactedFiles(transaction, accept)).toThrow(expect.objectContaining({ name: 'StateError', code: 'ERR_NOT_SIMULATED' }) as Error);
  expect(() => new TransactedRegistry(transaction, accept)).toThrow(expect.objectContaining({ code: 'ERR_NOT_SIMULATED' }) as Error);
});

it.each<[string, (files: TransactedFiles) => Promise<unknown>]>([
  ['path', (files) => files.create('')],
  ['path', (files) => files.create('a\0b')],
  ['options.access', (files) => files.create('a', { access: -1 })],
  ['options.share', (files) => files.create('a', { share: 8 })],
  ['options.disposition', (files) => files.create('a', { disposition: 0 })],
  ['options.flags', (files) => files.create('a', { flags: 0x40000080 })],
  ['options.mode', (files) => files.create('a', { mode: 'w' } as object)],
  ['from', (files) => files.move('', 'b')],
  ['to', (files) => files.move('a', '')],
  ['path', (files) => files.delete('')],
  ['from', (files) => files.copy('', 'b')],
  ['to', (files) => files.copy('a', '')],
  ['path', (files) => files.createDirectory('')],
  ['options.template', (files) => files.createDirectory('a', { template: '' })],
  ['path', (files) => files.createHardLink('', 'b')],
  ['existing', (files) => files.createHardLink('a', '')],
  ['path', (files) => files.setAttributes('', 1)],
  ['attributes', (files) => files.setAttributes('a', 1.5)],
])('name the wrong field of a file call before anything is called: %s', async (field, call) => {
  const { transaction, machine } = await nativeTransaction();
  await expect(call(new TransactedFiles(transaction, accept))).rejects.toMatchObject({ name: 'ArgumentError', field });
  expect(machine.calls.map(({ operation }) => operation)).toEqual(['KtmW32::CreateTransaction']);
});

it.each<[string, (registry: TransactedRegistry) => Promise<unknown>]>([
  ['root', (registry) => registry.createKey(5, 'a')],
  ['subKey', (registry) => registry.createKey(ROOT_KEY.USERS, '')],
  ['subKey', (registry) => registry.openKey(ROOT_KEY.USERS, '\\a')],
  ['options.access', (registry) => registry.openKey(ROOT_KEY.USERS, 'a', { access: -1 })],
  ['options.options', (registry) => registry.createKey(ROOT_KEY.USERS, 'a', { options: 0.5 })],
  ['root', (registry) => registry.deleteKey(0x80000002 + 100, 'a')],
  ['options.recursive', (registry) => registry.deleteKey(ROOT_KEY.USERS, 'a', { recursive: true } as object)],
])('name the wrong field of a registry call before anything is called: %s', async (field, call) => {
  const { transaction, machine } = await nativeTransaction();
  await expect(call(new TransactedRegistry(transaction, accept))).rejects.toMatchObject({ name: 'ArgumentError', field });
  expect(machine.calls.map(({ operation }) => operation)).toEqual(['KtmW32::CreateTransaction']);
});

it('are refused on a transaction that is closed', async () => {
  const { transaction } = await nativeTransaction();
  const files = new TransactedFiles(transaction, accept);
  await transaction.close();
  await expect(files.delete('a')).rejects.toMatchObject({ name: 'StateError', code: 'ERR_CLOSED' });
});
