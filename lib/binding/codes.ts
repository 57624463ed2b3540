/** Every code that the Virtual Device Interface can give or take, by its Windows name. Sources: facts/vdi.md 1.6 (vdierror.h), 1.7 (winerror.h), 1.4 and 1.5 (vdi.h). */

import { CONTEXT_HRESULT, XACT_HRESULT } from './com-codes';
import { KTM_ERROR } from './ktm-codes';
import { VSS_HRESULT } from './vss-codes';

/** HRESULTs, as unsigned 32-bit numbers. */
export const HRESULT = {
  S_OK: 0x00000000,
  S_FALSE: 0x00000001,
  E_NOTIMPL: 0x80004001,
  E_NOINTERFACE: 0x80004002,
  E_POINTER: 0x80004003,
  E_ABORT: 0x80004004,
  E_FAIL: 0x80004005,
  E_UNEXPECTED: 0x8000ffff,
  E_ACCESSDENIED: 0x80070005,
  E_HANDLE: 0x80070006,
  E_OUTOFMEMORY: 0x8007000e,
  E_INVALIDARG: 0x80070057,
  REGDB_E_CLASSNOTREG: 0x80040154,
  CLASS_E_CLASSNOTAVAILABLE: 0x80040111,
  CO_E_NOTINITIALIZED: 0x800401f0,
  RPC_E_DISCONNECTED: 0x80010108,
  RPC_E_TOO_LATE: 0x80010119,
  VD_E_NOTOPEN: 0x80770002,
  VD_E_TIMEOUT: 0x80770003,
  VD_E_ABORT: 0x80770004,
  VD_E_SECURITY: 0x80770005,
  VD_E_INVALID: 0x80770006,
  VD_E_INSTANCE_NAME: 0x80770007,
  VD_E_NOTSUPPORTED: 0x80770009,
  VD_E_MEMORY: 0x8077000a,
  VD_E_UNEXPECTED: 0x8077000b,
  VD_E_PROTOCOL: 0x8077000c,
  VD_E_OPEN: 0x8077000d,
  VD_E_CLOSE: 0x8077000e,
  VD_E_BUSY: 0x8077000f,
} as const;

/** Win32 codes: completion codes of the VDI, and those that its calls return as HRESULT_FROM_WIN32. */
export const WIN32 = {
  ERROR_SUCCESS: 0,
  ERROR_FILE_NOT_FOUND: 2,
  ERROR_ACCESS_DENIED: 5,
  ERROR_INVALID_HANDLE: 6,
  ERROR_ARENA_TRASHED: 7,
  ERROR_BAD_ENVIRONMENT: 10,
  ERROR_WRITE_FAULT: 29,
  ERROR_READ_FAULT: 30,
  ERROR_HANDLE_EOF: 38,
  ERROR_HANDLE_DISK_FULL: 39,
  ERROR_NOT_SUPPORTED: 50,
  ERROR_INVALID_PARAMETER: 87,
  ERROR_DISK_FULL: 112,
  ERROR_ALREADY_EXISTS: 183,
  ERROR_OPERATION_ABORTED: 995,
  ERROR_END_OF_MEDIA: 1100,
  ERROR_FILEMARK_DETECTED: 1101,
  ERROR_NO_DATA_DETECTED: 1104,
  ERROR_IO_DEVICE: 1117,
  ERROR_EOM_OVERFLOW: 1129,
  ERROR_NOT_ALL_ASSIGNED: 1300,
  ERROR_NO_SUCH_PRIVILEGE: 1313,
  ERROR_NO_SYSTEM_RESOURCES: 1450,
} as const;

/** Feature bits of a virtual device set. */
export const VDFeatures = {
  LikePipe: 0,
  Removable: 0x1,
  Rewind: 0x2,
  Position: 0x10,
  SkipBlocks: 0x20,
  ReversePosition: 0x40,
  Discard: 0x80,
  FileMarks: 0x100,
  RandomAccess: 0x200,
  LikeDisk: 0x200,
  SnapshotPrepare: 0x400,
  /** Undocumented. */
  EnumFrozenFiles: 0x800,
  /** Undocumented; SQL Writer's. */
  VSSWriter: 0x1000,
  RequestComplete: 0x2000,
  /** From the server: Write commands will come (BACKUP). */
  WriteMedia: 0x10000,
  /** From the server: Read commands may come (RESTORE; BACKUP with disk-like and tape-like devices). */
  ReadMedia: 0x20000,
  /** From the server: VDC_Complete will come. */
  CompleteEnabled: 0x40000,
  /** Undocumented. */
  LatchStats: 0x80000000,
  LikeTape: 0x173,
} as const;

/** Commands that SQL Server sends. */
export const VDCommands = {
  Read: 1,
  Write: 2,
  ClearError: 3,
  Rewind: 4,
  WriteMark: 5,
  SkipMarks: 6,
  SkipBlocks: 7,
  Load: 8,
  GetPosition: 9,
  SetPosition: 10,
  Discard: 11,
  Flush: 12,
  Snapshot: 13,
  MountSnapshot: 14,
  PrepareToFreeze: 15,
  /** Undocumented. */
  FileInfoBegin: 16,
  /** Undocumented. */
  FileInfoEnd: 17,
  /** Undocumented. */
  GetError: 18,
  Complete: 19,
} as const;

/** The origin of a VDC_SetPosition, passed in the command's size. */
export const VDWhence = { Beginning: 0, Current: 1, End: 2 } as const;

/** The timeout that never elapses. */
export const INFINITE = 0xffffffff;

function names(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  const byCode = new Map<number, string>();
  for (const [name, code] of Object.entries(codes)) if (!byCode.has(code)) byCode.set(code, name);
  return byCode;
}
const hresultNames = names({ ...HRESULT, ...VSS_HRESULT, ...CONTEXT_HRESULT, ...XACT_HRESULT });
const win32Names = names({ ...WIN32, ...KTM_ERROR });
const commandNames = names(VDCommands);

const FACILITY_WIN32 = 7;

/** HRESULT_FROM_WIN32. */
export function hresultFromWin32(code: number): number {
  return code === 0 ? 0 : (0x80000000 | (FACILITY_WIN32 << 16) | (code & 0xffff)) >>> 0;
}

/** The Win32 code that an HRESULT of facility 7 carries. */
export function win32FromHresult(hresult: number): number | undefined {
  return ((hresult >>> 0) & 0xffff0000) >>> 0 === 0x80070000 ? hresult & 0xffff : undefined;
}

export function failed(hresult: number): boolean {
  return (hresult & 0x80000000) !== 0;
}

/** `VD_E_ABORT`, `ERROR_ACCESS_DENIED`, or `0x8077abcd` where no name is known. */
export function hresultName(hresult: number): string {
  const code = hresult >>> 0;
  const win32 = win32FromHresult(code);
  return hresultNames.get(code) ?? (win32 === undefined ? undefined : win32Names.get(win32)) ?? `0x${code.toString(16).padStart(8, '0')}`;
}

export function win32Name(code: number): string {
  return win32Names.get(code) ?? `ERROR_${String(code)}`;
}

export function commandName(code: number): string {
  return commandNames.get(code) ?? `command ${String(code)}`;
}
