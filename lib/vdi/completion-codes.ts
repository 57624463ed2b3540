/** How a failure of the client's own I/O is told to SQL Server: one table from system errors to completion codes (facts/vdi.md 1.7, 2.4). */
import { WIN32, WindowsError } from '../binding';
import { errorCode } from './errors';

const writeCodes: Readonly<Record<string, number>> = {
  ENOSPC: WIN32.ERROR_DISK_FULL,
  EDQUOT: WIN32.ERROR_DISK_FULL,
  EFBIG: WIN32.ERROR_DISK_FULL,
  EIO: WIN32.ERROR_WRITE_FAULT,
  EACCES: WIN32.ERROR_ACCESS_DENIED,
  EPERM: WIN32.ERROR_ACCESS_DENIED,
  ECANCELED: WIN32.ERROR_OPERATION_ABORTED,
  ABORT_ERR: WIN32.ERROR_OPERATION_ABORTED,
};

const readCodes: Readonly<Record<string, number>> = {
  ECANCELED: WIN32.ERROR_OPERATION_ABORTED,
  ABORT_ERR: WIN32.ERROR_OPERATION_ABORTED,
};

/** What Windows itself said, where the error comes from there. */
function windowsCode(error: unknown): number | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof WindowsError && cause.win32 !== WIN32.ERROR_SUCCESS ? cause.win32 : undefined;
}

export function writeCompletionCode(error: unknown): number {
  return windowsCode(error) ?? writeCodes[errorCode(error) ?? ''] ?? WIN32.ERROR_WRITE_FAULT;
}

export function readCompletionCode(error: unknown): number {
  return windowsCode(error) ?? readCodes[errorCode(error) ?? ''] ?? WIN32.ERROR_READ_FAULT;
}
