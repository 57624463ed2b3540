/** Transacted files (TxF, kernel32.dll), and what it takes to use a file that is open in a transaction. Not simulated. Source: facts/ktm-tmf-mts.md 2.7 (winbase.h). */
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

const BOOL = { kind: 'BOOL' } as const;
const file = input('file', { kind: 'handle', of: 'File' });

export const txfTable: ApiTable = {
  family: 'txf',
  classes: [],
  interfaces: [],
  structs: [],
  functions: {
    name: 'TxF',
    dll: 'kernel32.dll',
    simulated: false,
    functions: [
      entry('CreateFileTransacted', 'CreateFileTransactedW', { kind: 'handle', of: 'File' }, [
        input('fileName', text), input('desiredAccess', u32), input('shareMode', u32), reserved('security', 'LPSECURITY_ATTRIBUTES'), input('creationDisposition', u32),
        input('flagsAndAttributes', u32), reserved('templateFile', 'LPVOID'), transaction, reserved('miniVersion', 'LPWORD'), reserved('extended', 'LPVOID'),
      ]),
      entry('MoveFileTransacted', 'MoveFileTransactedW', BOOL, [
        input('existingFileName', text), input('newFileName', { kind: 'wstr', nullable: true }), reserved('progressRoutine', 'LPPROGRESS_ROUTINE'), reserved('data', 'LPVOID'), input('flags', u32), transaction,
      ]),
      entry('DeleteFileTransacted', 'DeleteFileTransactedW', BOOL, [input('fileName', text), transaction]),
      entry('CopyFileTransacted', 'CopyFileTransactedW', BOOL, [
        input('existingFileName', text), input('newFileName', text), reserved('progressRoutine', 'LPPROGRESS_ROUTINE'), reserved('data', 'LPVOID'), reserved('cancel', 'LPBOOL'), input('copyFlags', u32), transaction,
      ]),
      entry('CreateDirectoryTransacted', 'CreateDirectoryTransactedW', BOOL, [
        input('templateDirectory', { kind: 'wstr', nullable: true }), input('newDirectory', text), reserved('security', 'LPSECURITY_ATTRIBUTES'), transaction,
      ]),
      entry('CreateHardLinkTransacted', 'CreateHardLinkTransactedW', BOOL, [input('fileName', text), input('existingFileName', text), reserved('security', 'LPSECURITY_ATTRIBUTES'), transaction]),
      entry('SetFileAttributesTransacted', 'SetFileAttributesTransactedW', BOOL, [input('fileName', text), input('fileAttributes', u32), transaction]),
      entry('ReadFile', 'ReadFile', BOOL, [file, output('bytes', { kind: 'bytes', passed: 'pointer, size, used' }), reserved('overlapped', 'LPOVERLAPPED')], 'from the file\'s own position, at most 1024 bytes; none at the end'),
      entry('WriteFile', 'WriteFile', BOOL, [file, input('bytes', { kind: 'bytes', passed: 'pointer, size, used' }), reserved('overlapped', 'LPOVERLAPPED')], 'at the file\'s own position'),
      entry('FlushFileBuffers', 'FlushFileBuffers', BOOL, [file]),
    ],
  },
};
