/** The transacted registry (TxR, advapi32.dll), and what it takes to use a key that is open in a transaction. Not simulated. Source: facts/ktm-tmf-mts.md 2.7 (winreg.h). */
import type { ApiTable, FunctionEntry, Parameter, ValueType } from '../table';

const input = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'in', ...(note === undefined ? {} : { note }) });
const output = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'out', ...(note === undefined ? {} : { note }) });
const reserved = (name: string, c: string): Parameter => input(name, { kind: 'reserved', c });

const u32: ValueType = { kind: 'u32' };
const text: ValueType = { kind: 'wstr' };
const transaction = input('transaction', { kind: 'handle', of: 'Transaction' });
const source = 'facts/ktm-tmf-mts.md 2.7';

function entry(name: string, symbol: string, returns: FunctionEntry['returns'], parameters: readonly Parameter[], note?: string): FunctionEntry {
  return { name, symbol, returns, thread: 'blocking', parameters, ...(note === undefined ? {} : { note }), source };
}

const LSTATUS = { kind: 'LSTATUS' } as const;
const root = input('root', { kind: 'rootKey' }, 'one of the predefined keys, 0x80000000 ...');
const subKey = input('subKey', text);
const key = input('key', { kind: 'handle', of: 'RegistryKey' });
const result = reserved('result', 'PHKEY');

export const txrTable: ApiTable = {
  family: 'txr',
  classes: [],
  interfaces: [],
  structs: [],
  functions: {
    name: 'TxR',
    dll: 'advapi32.dll',
    simulated: false,
    functions: [
      entry('RegCreateKeyTransacted', 'RegCreateKeyTransactedW', { kind: 'LSTATUS', of: 'RegistryKey' }, [
        root, subKey, reserved('reserved', 'DWORD'), reserved('class', 'LPWSTR'), input('options', u32), input('desiredAccess', u32), reserved('security', 'LPSECURITY_ATTRIBUTES'), result,
        output('disposition', u32, 'REG_CREATED_NEW_KEY 1, REG_OPENED_EXISTING_KEY 2'), transaction, reserved('extended', 'LPVOID'),
      ]),
      entry('RegOpenKeyTransacted', 'RegOpenKeyTransactedW', { kind: 'LSTATUS', of: 'RegistryKey' }, [root, subKey, input('options', u32), input('desiredAccess', u32), result, transaction, reserved('extended', 'LPVOID')]),
      entry('RegDeleteKeyTransacted', 'RegDeleteKeyTransactedW', LSTATUS, [root, subKey, input('desiredAccess', u32), reserved('reserved', 'DWORD'), transaction, reserved('extended', 'LPVOID')]),
      entry('RegQueryValue', 'RegQueryValueExW', LSTATUS, [key, input('valueName', text), reserved('reserved', 'LPDWORD'), output('type', u32, 'REG_SZ 1, REG_BINARY 3, REG_DWORD 4 ...'), output('data', { kind: 'bytes', passed: 'pointer, used' })]),
      entry('RegSetValue', 'RegSetValueExW', LSTATUS, [key, input('valueName', text), reserved('reserved', 'DWORD'), input('type', u32), input('data', { kind: 'bytes', passed: 'pointer, size' })]),
      entry('RegDeleteValue', 'RegDeleteValueW', LSTATUS, [key, input('valueName', text)]),
    ],
  },
};
