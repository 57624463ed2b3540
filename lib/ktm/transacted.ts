/**
 * Files and the registry inside a transaction (TxF, TxR). Windows only; Microsoft discourages TxF and may remove it, and security software
 * watches it: it is off unless it is asked for. Replacing files together needs none of it (replace-files.ts). Source: facts/ktm-tmf-mts.md 2.7.
 */
import { ArgumentError, StateError, WindowsError, checkBytes, checkInteger, checkKnownFields, checkString, checkU32 } from '../binding';
import { createFunctions } from '../binding/functions';
import type { KernelHandle } from '../binding/functions';
import type { TxF } from '../binding/generated/txf';
import type { TxR } from '../binding/generated/txr';
import type { FunctionTable } from '../binding/table';
import { txfTable, txrTable } from '../binding/tables';
import { explain } from './errors';
import type { Transaction } from './transaction';

export interface TransactedOptions {
  /** Must be true: the caller knows that Microsoft discourages it and may take it away. */
  readonly acceptDiscouraged: true;
}

/** Predefined keys of the registry (winreg.h). */
export const ROOT_KEY = { CLASSES_ROOT: 0x80000000, CURRENT_USER: 0x80000001, LOCAL_MACHINE: 0x80000002, USERS: 0x80000003 } as const;

const FILE_LIMITS =
  'transacted files need an NTFS volume of this computer whose own resource manager runs: no remote path, no other file system, no secondary resource manager, and neither encryption nor several writers of one file';
const REGISTRY_LIMITS = 'transacted keys need a local hive whose resource manager runs; a key that was changed outside the transaction meanwhile rolls it back';

/** What only these functions answer, or means something of its own there. */
const HINTS: Readonly<Record<string, string>> = {
  ERROR_TRANSACTIONAL_CONFLICT: 'another transaction has reserved the name, the file or the key',
  ERROR_RM_NOT_ACTIVE: 'the resource manager of the volume or hive has not been started, or was shut down (fsutil resource info tells)',
  ERROR_TRANSACTIONS_UNSUPPORTED_REMOTE: 'the path is not on this computer',
  ERROR_HANDLE_NO_LONGER_VALID: 'the transaction of this file or key has ended: close it, and open it again',
  ERROR_CANT_BREAK_TRANSACTIONAL_DEPENDENCY: 'a directory above it is in use by a transaction',
  ERROR_CANT_CROSS_RM_BOUNDARY: 'it belongs to the resource manager of another volume',
  ERROR_EFS_NOT_ALLOWED_IN_TRANSACTION: 'encrypted files cannot take part',
  ERROR_OPERATION_NOT_SUPPORTED_IN_TRANSACTION: 'it cannot be done inside a transaction',
};

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the table's interface, which no argument's type can name
function functionsOf<T>(transaction: Transaction, table: FunctionTable | undefined, options: TransactedOptions): T {
  checkKnownFields('options', options, ['acceptDiscouraged']);
  if ((options.acceptDiscouraged as unknown) !== true) throw new ArgumentError('options.acceptDiscouraged', 'must be true: Microsoft discourages transacted files and may take them away, and security software watches them; see replaceFiles');
  if (transaction.simulated) throw new StateError('ERR_NOT_SIMULATED', 'no simulated machine has transacted files or keys: they exist on Windows only');
  if (table === undefined) throw new RangeError('the table names no functions');
  return createFunctions<T>(transaction.handle.channel, table);
}

/** A failed call says what limits there are. */
async function within<T>(limits: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof WindowsError)) throw error;
    const special = HINTS[error.code];
    const { operation, hresult, outputs } = error;
    if (special === undefined && explain(error) !== error) throw explain(error);
    throw new WindowsError(operation, hresult, { outputs, cause: error, byWin32Name: true, hint: `${special === undefined ? '' : `${special}; `}${limits}` });
  }
}

/** What both kinds of handles have. */
abstract class Transacted {
  /** @internal */
  constructor(protected readonly handle: KernelHandle) {}

  /** Before the transaction is committed: what is open then cannot be used, and a deletion waits for it. Idempotent. */
  close(): Promise<void> {
    return this.handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.handle.close();
  }
}

/** A file that is open in a transaction. */
export class TransactedFile extends Transacted {
  /** @internal */
  constructor(
    private readonly functions: TxF,
    handle: KernelHandle,
  ) {
    super(handle);
  }

  /** The next bytes, from the file's own position; none at the end. */
  read(): Promise<Uint8Array> {
    return within(FILE_LIMITS, this.functions.readFile(this.handle));
  }

  async write(bytes: Uint8Array): Promise<void> {
    checkBytes('bytes', bytes);
    await within(FILE_LIMITS, this.functions.writeFile(this.handle, bytes));
  }

  flush(): Promise<void> {
    return within(FILE_LIMITS, this.functions.flushFileBuffers(this.handle));
  }
}

export interface CreateTransactedFileOptions {
  /** GENERIC_READ 0x80000000, GENERIC_WRITE 0x40000000 ...; default both. */
  readonly access?: number;
  /** FILE_SHARE_READ 1, WRITE 2, DELETE 4; default none. */
  readonly share?: number;
  /** CREATE_NEW 1 (the default), CREATE_ALWAYS 2, OPEN_EXISTING 3, OPEN_ALWAYS 4, TRUNCATE_EXISTING 5. */
  readonly disposition?: number;
  /** FILE_ATTRIBUTE_* and FILE_FLAG_*, but no FILE_FLAG_OVERLAPPED; default FILE_ATTRIBUTE_NORMAL. */
  readonly flags?: number;
}

const FILE_FLAG_OVERLAPPED = 0x40000000;
/** MOVEFILE_COPY_ALLOWED is not possible in a transaction across volumes; these are. */
const MOVEFILE_REPLACE_EXISTING = 1;
const COPY_FILE_FAIL_IF_EXISTS = 1;

/** File operations that take effect when the transaction commits. Microsoft discourages them: see the module. */
export class TransactedFiles {
  private readonly functions: TxF;

  /** @throws ArgumentError without `acceptDiscouraged`; StateError (ERR_NOT_SIMULATED) on a simulated machine */
  constructor(
    private readonly transaction: Transaction,
    options: TransactedOptions,
  ) {
    this.functions = functionsOf<TxF>(transaction, txfTable.functions, options);
  }

  /** CreateFileTransacted. */
  async create(path: string, options: CreateTransactedFileOptions = {}): Promise<TransactedFile> {
    checkPath('path', path);
    checkKnownFields('options', options, ['access', 'share', 'disposition', 'flags']);
    const { access = 0xc0000000, share = 0, disposition = 1, flags = 0x80 } = options;
    checkU32('options.access', access);
    checkInteger('options.share', share, 0, 7);
    checkInteger('options.disposition', disposition, 1, 5);
    checkU32('options.flags', flags);
    if ((flags & FILE_FLAG_OVERLAPPED) !== 0) throw new ArgumentError('options.flags', 'must not contain FILE_FLAG_OVERLAPPED: the calls of this file wait, on a thread of their own');
    return new TransactedFile(this.functions, await within(FILE_LIMITS, this.functions.createFileTransacted(path, access, share, disposition, flags, this.transaction.handle)));
  }

  /** MoveFileTransacted: within one volume. */
  async move(from: string, to: string, { replaceExisting = false }: { readonly replaceExisting?: boolean } = {}): Promise<void> {
    checkPath('from', from);
    checkPath('to', to);
    await within(FILE_LIMITS, this.functions.moveFileTransacted(from, to, replaceExisting ? MOVEFILE_REPLACE_EXISTING : 0, this.transaction.handle));
  }

  /** DeleteFileTransacted. */
  async delete(path: string): Promise<void> {
    checkPath('path', path);
    await within(FILE_LIMITS, this.functions.deleteFileTransacted(path, this.transaction.handle));
  }

  /** CopyFileTransacted. */
  async copy(from: string, to: string, { failIfExists = true }: { readonly failIfExists?: boolean } = {}): Promise<void> {
    checkPath('from', from);
    checkPath('to', to);
    await within(FILE_LIMITS, this.functions.copyFileTransacted(from, to, failIfExists ? COPY_FILE_FAIL_IF_EXISTS : 0, this.transaction.handle));
  }

  /** CreateDirectoryTransacted. @param options.template a directory whose attributes the new one gets */
  async createDirectory(path: string, { template = null }: { readonly template?: string | null } = {}): Promise<void> {
    checkPath('path', path);
    if (template !== null) checkPath('options.template', template);
    await within(FILE_LIMITS, this.functions.createDirectoryTransacted(template, path, this.transaction.handle));
  }

  /** CreateHardLinkTransacted: `path` becomes another name of `existing`. */
  async createHardLink(path: string, existing: string): Promise<void> {
    checkPath('path', path);
    checkPath('existing', existing);
    await within(FILE_LIMITS, this.functions.createHardLinkTransacted(path, existing, this.transaction.handle));
  }

  /** SetFileAttributesTransacted. @param attributes FILE_ATTRIBUTE_* */
  async setAttributes(path: string, attributes: number): Promise<void> {
    checkPath('path', path);
    checkU32('attributes', attributes);
    await within(FILE_LIMITS, this.functions.setFileAttributesTransacted(path, attributes, this.transaction.handle));
  }
}

function checkPath(field: string, path: unknown): asserts path is string {
  checkString(field, path);
  if (path === '') throw new ArgumentError(field, 'must not be empty');
}

/** A key that is open in a transaction. Its subkeys are not part of it by themselves. */
export class TransactedKey extends Transacted {
  /** @internal */
  constructor(
    private readonly functions: TxR,
    handle: KernelHandle,
    /** Whether it was created, or was there. Undefined for one that was opened. */
    readonly created: boolean | undefined,
  ) {
    super(handle);
  }

  /** @returns REG_SZ 1, REG_BINARY 3, REG_DWORD 4 ..., and the value's bytes */
  async value(name: string): Promise<{ readonly type: number; readonly data: Uint8Array }> {
    checkString('name', name);
    return within(REGISTRY_LIMITS, this.functions.regQueryValue(this.handle, name));
  }

  async setValue(name: string, type: number, data: Uint8Array): Promise<void> {
    checkString('name', name);
    checkU32('type', type);
    checkBytes('data', data);
    await within(REGISTRY_LIMITS, this.functions.regSetValue(this.handle, name, type, data));
  }

  async deleteValue(name: string): Promise<void> {
    checkString('name', name);
    await within(REGISTRY_LIMITS, this.functions.regDeleteValue(this.handle, name));
  }
}

export interface TransactedKeyOptions {
  /** KEY_READ 0x20019, KEY_WRITE 0x20006 ..., KEY_WOW64_64KEY 0x100; default both. */
  readonly access?: number;
  /** REG_OPTION_*; default 0. */
  readonly options?: number;
}

const KEY_READ_WRITE = 0x2001f;
const REG_CREATED_NEW_KEY = 1;

/** Changes of the registry that take effect when the transaction commits. */
export class TransactedRegistry {
  private readonly functions: TxR;

  /** @throws ArgumentError without `acceptDiscouraged`; StateError (ERR_NOT_SIMULATED) on a simulated machine */
  constructor(
    private readonly transaction: Transaction,
    options: TransactedOptions,
  ) {
    this.functions = functionsOf<TxR>(transaction, txrTable.functions, options);
  }

  /** RegCreateKeyTransacted. @param root one of ROOT_KEY */
  async createKey(root: number, subKey: string, options: TransactedKeyOptions = {}): Promise<TransactedKey> {
    const { access, flags } = checkKey(root, subKey, options);
    const { handle, disposition } = await within(REGISTRY_LIMITS, this.functions.regCreateKeyTransacted(root, subKey, flags, access, this.transaction.handle));
    return new TransactedKey(this.functions, handle, disposition === REG_CREATED_NEW_KEY);
  }

  /** RegOpenKeyTransacted. */
  async openKey(root: number, subKey: string, options: TransactedKeyOptions = {}): Promise<TransactedKey> {
    const { access, flags } = checkKey(root, subKey, options);
    const handle = await within(REGISTRY_LIMITS, this.functions.regOpenKeyTransacted(root, subKey, flags, access, this.transaction.handle));
    return new TransactedKey(this.functions, handle, undefined);
  }

  /** RegDeleteKeyTransacted: a key without subkeys. @param options.access KEY_WOW64_64KEY 0x100 or KEY_WOW64_32KEY 0x200; default 0 */
  async deleteKey(root: number, subKey: string, options: TransactedKeyOptions = {}): Promise<void> {
    const { access } = checkKey(root, subKey, { access: 0, ...options });
    await within(REGISTRY_LIMITS, this.functions.regDeleteKeyTransacted(root, subKey, access, this.transaction.handle));
  }
}

function checkKey(root: number, subKey: string, options: TransactedKeyOptions): { readonly access: number; readonly flags: number } {
  if (!Object.values(ROOT_KEY).some((known) => known === root)) throw new ArgumentError('root', `must be one of ROOT_KEY, not ${String(root)}`);
  checkPath('subKey', subKey);
  if (subKey.startsWith('\\')) throw new ArgumentError('subKey', 'must not begin with a backslash');
  checkKnownFields('options', options, ['access', 'options']);
  const { access = KEY_READ_WRITE, options: flags = 0 } = options;
  checkU32('options.access', access);
  checkU32('options.options', flags);
  return { access, flags };
}
