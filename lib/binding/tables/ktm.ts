/** The Kernel Transaction Manager (ktmw32.dll): its 39 public functions. Source: facts/ktm-tmf-mts.md 1.2 (ktmw32.h), rights from 1.4. */
import type { ApiTable, CallThread, FunctionEntry, Parameter, ValueType } from '../table';

type ObjectType = 'TransactionManager' | 'ResourceManager' | 'Transaction' | 'Enlistment';

const input = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'in', ...(note === undefined ? {} : { note }) });
const output = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'out', ...(note === undefined ? {} : { note }) });

const u32: ValueType = { kind: 'u32' };
const guid: ValueType = { kind: 'guid' };
const text: ValueType = { kind: 'wstr', nullable: true };
const handle = (of: ObjectType): ValueType => ({ kind: 'handle', of });

const security = input('security', { kind: 'reserved', c: 'LPSECURITY_ATTRIBUTES' });
const access = input('desiredAccess', u32);
const manager = input('manager', handle('TransactionManager'));
const resourceManager = input('resourceManager', handle('ResourceManager'));
const transaction = input('transaction', handle('Transaction'));
const enlistment = input('enlistment', handle('Enlistment'));
const virtualClock = input('virtualClock', { kind: 'clock' }, 'null, or the clock to raise to');
const description = input('description', text, 'at most 64 characters');
const key = input('key', { kind: 'key' }, 'comes back in the notifications of the enlistment');
const timeoutMs = input('timeoutMs', u32, 'milliseconds; 0 or 0xFFFFFFFF is without end');

const source = 'facts/ktm-tmf-mts.md 1.2';

function entry(name: string, returns: ObjectType | null, thread: CallThread, parameters: readonly Parameter[], rights?: string, note?: string): FunctionEntry {
  return {
    name,
    returns: returns === null ? { kind: 'BOOL' } : { kind: 'handle', of: returns },
    thread,
    parameters,
    ...(rights === undefined ? {} : { rights }),
    ...(note === undefined ? {} : { note }),
    source,
  };
}

/** The calls of a subordinate enlistment: an answer to a notification. */
const answers = ['PrePrepareComplete', 'PrepareComplete', 'CommitComplete', 'RollbackComplete', 'ReadOnlyEnlistment', 'SinglePhaseReject', 'RollbackEnlistment'];
/** The calls of a superior enlistment. */
const demands = ['PrePrepareEnlistment', 'PrepareEnlistment', 'CommitEnlistment'];

export const ktmTable: ApiTable = {
  family: 'ktm',
  classes: [],
  interfaces: [],
  structs: [],
  functions: {
    name: 'KtmW32',
    dll: 'ktmw32.dll',
    functions: [
      entry('CreateTransaction', 'Transaction', 'immediate', [
        security, input('uow', { kind: 'reserved', c: 'LPGUID' }), input('createOptions', u32, 'TRANSACTION_DO_NOT_PROMOTE'),
        input('isolationLevel', { kind: 'reserved', c: 'DWORD' }), input('isolationFlags', { kind: 'reserved', c: 'DWORD' }), timeoutMs, description,
      ]),
      entry('OpenTransaction', 'Transaction', 'immediate', [access, input('transactionId', guid)]),
      entry('CommitTransaction', null, 'blocking', [transaction], 'TRANSACTION_COMMIT', 'waits until every participant has answered'),
      entry('CommitTransactionAsync', null, 'immediate', [transaction], 'TRANSACTION_COMMIT', 'ERROR_IO_PENDING means started'),
      entry('RollbackTransaction', null, 'blocking', [transaction], 'TRANSACTION_ROLLBACK'),
      entry('RollbackTransactionAsync', null, 'immediate', [transaction], 'TRANSACTION_ROLLBACK', 'ERROR_IO_PENDING means started'),
      entry('GetTransactionId', null, 'immediate', [transaction, output('transactionId', guid)], 'TRANSACTION_QUERY_INFORMATION'),
      entry('GetTransactionInformation', null, 'immediate', [
        transaction, output('outcome', u32, 'TRANSACTION_OUTCOME'), output('isolationLevel', u32), output('isolationFlags', u32), output('timeoutMs', u32),
        output('description', { kind: 'pwsz' }, 'from a buffer of 64 characters of the caller'),
      ], 'TRANSACTION_QUERY_INFORMATION'),
      entry('SetTransactionInformation', null, 'immediate', [
        transaction, input('isolationLevel', { kind: 'reserved', c: 'DWORD' }), input('isolationFlags', { kind: 'reserved', c: 'DWORD' }), timeoutMs, description,
      ], 'TRANSACTION_SET_INFORMATION'),
      entry('CreateTransactionManager', 'TransactionManager', 'blocking', [
        security, input('logFileName', text, 'null for a volatile manager'), input('createOptions', u32, 'TRANSACTION_MANAGER_VOLATILE ...'), input('commitStrength', { kind: 'reserved', c: 'ULONG' }),
      ]),
      entry('OpenTransactionManager', 'TransactionManager', 'blocking', [input('logFileName', { kind: 'wstr' }), access, input('openOptions', { kind: 'reserved', c: 'ULONG' })]),
      entry('OpenTransactionManagerById', 'TransactionManager', 'blocking', [input('managerId', guid), access, input('openOptions', { kind: 'reserved', c: 'ULONG' })]),
      entry('RenameTransactionManager', null, 'blocking', [input('logFileName', { kind: 'wstr' }), input('existingManagerId', guid)], undefined, 'the log gets a new identity'),
      entry('RecoverTransactionManager', null, 'blocking', [manager], 'TRANSACTIONMANAGER_RECOVER'),
      entry('RollforwardTransactionManager', null, 'blocking', [manager, virtualClock], 'TRANSACTIONMANAGER_RECOVER'),
      entry('GetCurrentClockTransactionManager', null, 'immediate', [manager, output('virtualClock', { kind: 'clock' })], 'TRANSACTIONMANAGER_QUERY_INFORMATION'),
      entry('GetTransactionManagerId', null, 'immediate', [manager, output('managerId', guid)], 'TRANSACTIONMANAGER_QUERY_INFORMATION'),
      entry('CreateResourceManager', 'ResourceManager', 'blocking', [security, input('resourceManagerId', guid), input('createOptions', u32, 'RESOURCE_MANAGER_VOLATILE ...'), manager, description], 'TRANSACTIONMANAGER_CREATE_RM'),
      entry('OpenResourceManager', 'ResourceManager', 'blocking', [access, manager, input('resourceManagerId', guid)], 'TRANSACTIONMANAGER_QUERY_INFORMATION'),
      entry('RecoverResourceManager', null, 'blocking', [resourceManager], 'RESOURCEMANAGER_RECOVER'),
      entry('GetNotificationResourceManager', null, 'blocking', [resourceManager, input('timeoutMs', u32, 'milliseconds; 0 polls, 0xFFFFFFFF waits without end'), output('notification', { kind: 'notification' })], 'RESOURCEMANAGER_GET_NOTIFICATION'),
      entry('GetNotificationResourceManagerAsync', null, 'immediate', [resourceManager, output('notification', { kind: 'notification' })], 'RESOURCEMANAGER_GET_NOTIFICATION', 'answers when a notification has come through the completion port; SetResourceManagerCompletionPort comes first'),
      entry('SetResourceManagerCompletionPort', null, 'immediate', [resourceManager, input('completionPort', { kind: 'reserved', c: 'HANDLE' }), input('completionKey', { kind: 'key' })], undefined, 'the port is the binding\'s own'),
      entry('CreateEnlistment', 'Enlistment', 'immediate', [security, resourceManager, transaction, input('notificationMask', u32), input('createOptions', u32, 'ENLISTMENT_SUPERIOR'), key], 'RESOURCEMANAGER_ENLIST + TRANSACTION_ENLIST'),
      entry('OpenEnlistment', 'Enlistment', 'immediate', [access, resourceManager, input('enlistmentId', guid)]),
      entry('RecoverEnlistment', null, 'immediate', [enlistment, key], 'ENLISTMENT_RECOVER'),
      entry('GetEnlistmentId', null, 'immediate', [enlistment, output('enlistmentId', guid)], 'ENLISTMENT_QUERY_INFORMATION'),
      entry('GetEnlistmentRecoveryInformation', null, 'immediate', [enlistment, output('information', { kind: 'bytes' })], 'ENLISTMENT_QUERY_INFORMATION'),
      entry('SetEnlistmentRecoveryInformation', null, 'immediate', [enlistment, input('information', { kind: 'bytes' })], 'ENLISTMENT_SET_INFORMATION'),
      ...answers.map((name) => entry(name, null, 'blocking', [enlistment, virtualClock], 'ENLISTMENT_SUBORDINATE_RIGHTS')),
      ...demands.map((name) => entry(name, null, 'blocking', [enlistment, virtualClock], 'ENLISTMENT_SUPERIOR_RIGHTS')),
    ],
  },
};
