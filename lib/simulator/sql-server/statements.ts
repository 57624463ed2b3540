/** What the parser makes of a batch, and the WITH options that BACKUP and RESTORE know. */

export type OptionValue = true | number | string;
/** By name, upper case. */
export type Options = Readonly<Record<string, OptionValue>>;

interface Placed {
  /** Where it begins, from 1. */
  readonly line: number;
}

export interface BackupStatement extends Placed {
  readonly kind: 'backup';
  readonly target: 'DATABASE' | 'LOG';
  readonly database: string;
  readonly devices: readonly string[];
  readonly options: Options;
}

export type RestoreTarget = 'DATABASE' | 'LOG' | 'VERIFYONLY' | 'HEADERONLY' | 'FILELISTONLY' | 'LABELONLY';

export interface RestoreStatement extends Placed {
  readonly kind: 'restore';
  readonly target: RestoreTarget;
  /** Absent for the targets ending in ONLY. */
  readonly database: string | undefined;
  /** Empty: RESTORE DATABASE x WITH RECOVERY. */
  readonly devices: readonly string[];
  readonly options: Options;
  /** MOVE 'logical' TO 'physical'. */
  readonly moves: readonly { readonly logical: string; readonly physical: string }[];
}

/** `SERVERPROPERTY('InstanceName')`, `@@VERSION`, a literal, or a column. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | null }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'column'; readonly name: string };

export interface SelectStatement extends Placed {
  readonly kind: 'select';
  readonly columns: readonly { readonly expression: Expression | '*'; readonly alias: string | undefined }[];
  /** `sys.databases`: the one view there is. */
  readonly from: string | undefined;
  readonly where: { readonly column: string; readonly value: string | number } | undefined;
}

export interface UseStatement extends Placed {
  readonly kind: 'use';
  readonly database: string;
}

/** SET NOCOUNT ON and the like: taken, without effect. */
export interface SetStatement extends Placed {
  readonly kind: 'set';
}

export type Statement = BackupStatement | RestoreStatement | SelectStatement | UseStatement | SetStatement;

export interface OptionRule {
  /** What follows the name: nothing, `= number`, `= 'text'`, `= number or 'text'`; a question mark: it may be left out. */
  readonly value: 'none' | 'number' | 'number?' | 'text' | 'text?';
  readonly min?: number;
  readonly max?: number;
  readonly multipleOf?: number;
  readonly powerOfTwo?: true;
  /** The option that cannot stand beside it. */
  readonly against?: string;
  /** Only with these targets; every one if absent. */
  readonly targets?: readonly string[];
}

/** BLOCKSIZE, MAXTRANSFERSIZE, BUFFERCOUNT: facts/vdi.md 2.10. */
const transfer: Readonly<Record<string, OptionRule>> = {
  BLOCKSIZE: { value: 'number', min: 512, max: 65_536, powerOfTwo: true },
  MAXTRANSFERSIZE: { value: 'number', min: 65_536, max: 4_194_304, multipleOf: 65_536 },
  BUFFERCOUNT: { value: 'number', min: 1, max: 2_147_483_647 },
  STATS: { value: 'number?', min: 1, max: 100 },
  CHECKSUM: { value: 'none', against: 'NO_CHECKSUM' },
  NO_CHECKSUM: { value: 'none', against: 'CHECKSUM' },
  STOP_ON_ERROR: { value: 'none', against: 'CONTINUE_AFTER_ERROR' },
  CONTINUE_AFTER_ERROR: { value: 'none', against: 'STOP_ON_ERROR' },
  REWIND: { value: 'none', against: 'NOREWIND' },
  NOREWIND: { value: 'none', against: 'REWIND' },
  UNLOAD: { value: 'none', against: 'NOUNLOAD' },
  NOUNLOAD: { value: 'none', against: 'UNLOAD' },
  MEDIANAME: { value: 'text' },
};

export const backupOptions: Readonly<Record<string, OptionRule>> = {
  ...transfer,
  DIFFERENTIAL: { value: 'none', targets: ['DATABASE'] },
  COPY_ONLY: { value: 'none' },
  COMPRESSION: { value: 'none', against: 'NO_COMPRESSION' },
  NO_COMPRESSION: { value: 'none', against: 'COMPRESSION' },
  FORMAT: { value: 'none', against: 'NOFORMAT' },
  NOFORMAT: { value: 'none', against: 'FORMAT' },
  INIT: { value: 'none', against: 'NOINIT' },
  NOINIT: { value: 'none', against: 'INIT' },
  SKIP: { value: 'none', against: 'NOSKIP' },
  NOSKIP: { value: 'none', against: 'SKIP' },
  NAME: { value: 'text' },
  DESCRIPTION: { value: 'text' },
  MEDIADESCRIPTION: { value: 'text' },
  RETAINDAYS: { value: 'number', min: 0, max: 99_999, against: 'EXPIREDATE' },
  EXPIREDATE: { value: 'text', against: 'RETAINDAYS' },
  SNAPSHOT: { value: 'none', targets: ['DATABASE'], against: 'DIFFERENTIAL' },
  NORECOVERY: { value: 'none', targets: ['LOG'], against: 'STANDBY' },
  STANDBY: { value: 'text', targets: ['LOG'], against: 'NORECOVERY' },
  NO_TRUNCATE: { value: 'none', targets: ['LOG'] },
};

const restoring = ['DATABASE', 'LOG'];

export const restoreOptions: Readonly<Record<string, OptionRule>> = {
  ...transfer,
  FILE: { value: 'number', min: 1, max: 32_767 },
  LOADHISTORY: { value: 'none', targets: ['VERIFYONLY'] },
  REPLACE: { value: 'none', targets: restoring },
  RECOVERY: { value: 'none', targets: restoring, against: 'NORECOVERY' },
  NORECOVERY: { value: 'none', targets: restoring, against: 'STANDBY' },
  STANDBY: { value: 'text', targets: restoring, against: 'RECOVERY' },
  RESTART: { value: 'none', targets: restoring },
  RESTRICTED_USER: { value: 'none', targets: restoring },
  KEEP_REPLICATION: { value: 'none', targets: restoring },
  PARTIAL: { value: 'none', targets: ['DATABASE'] },
  SNAPSHOT: { value: 'none', targets: ['DATABASE'] },
  STOPAT: { value: 'text', targets: restoring },
  STOPATMARK: { value: 'text', targets: restoring, against: 'STOPAT' },
  STOPBEFOREMARK: { value: 'text', targets: restoring, against: 'STOPATMARK' },
};

export function numberOption(options: Options, name: string): number | undefined {
  const value = options[name];
  return typeof value === 'number' ? value : undefined;
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
