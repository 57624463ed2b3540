/** How a failure of the client's own I/O is told to SQL Server: one table from system errors to completion codes (facts/vdi.md 1.7, 2.4). */
import { WIN32 } from '../binding';
import { errorCode } from './errors';

const writeCodes: Readonly<Record<string, number>> = {
  ENOSPC: WIN32.ERROR_DISK_FULL,
  EDQUOT: WIN32.ERROR_DISK_FULL,
  EFBIG: WIN32.ERROR_DISK_FULL,
  EIO: WIN32.ERROR_WRITE_FAULT,
  EACCES: WIN32.ERROR_ACCESS_DENIED,
  EPERM: WIN32.ERROR_ACCESS_DENIED,
  ABORT_ERR: WIN32.ERROR_OPERATION_ABORTED,
};

const readCodes: Readonly<Record<string, number>> = {
  ABORT_ERR: WIN32.ERROR_OPERATION_ABORTED,
};

export function writeCompletionCode(error: unknown): number {
  return writeCodes[errorCode(error) ?? ''] ?? WIN32.ERROR_WRITE_FAULT;
}

export function readCompletionCode(error: unknown): number {
  return readCodes[errorCode(error) ?? ''] ?? WIN32.ERROR_READ_FAULT;
}
