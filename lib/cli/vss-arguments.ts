/** Options of the shadow copy commands, and what people write in them. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { VSS_BACKUP_TYPE, VSS_SNAPSHOT_CONTEXT } from '../binding/vss-codes';
import type { ComponentSelection } from '../vss/selection';
import { withOutputOptions } from './arguments';

export const BACKUP_TYPES = {
  copy: VSS_BACKUP_TYPE.COPY, full: VSS_BACKUP_TYPE.FULL, incremental: VSS_BACKUP_TYPE.INCREMENTAL, differential: VSS_BACKUP_TYPE.DIFFERENTIAL, log: VSS_BACKUP_TYPE.LOG,
} as const;

export const CONTEXTS = {
  backup: VSS_SNAPSHOT_CONTEXT.BACKUP,
  'file-share-backup': VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP,
  'nas-rollback': VSS_SNAPSHOT_CONTEXT.NAS_ROLLBACK,
  'app-rollback': VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK,
  'client-accessible': VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE,
  'client-accessible-writers': VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE_WRITERS,
} as const;

/** `SqlServerWriter`, or `SqlServerWriter:SERVER\\Sales`, given once for each component. */
export function component(text: string, previous: readonly ComponentSelection[] | undefined): readonly ComponentSelection[] {
  const at = text.indexOf(':');
  const writer = at === -1 ? text : text.slice(0, at);
  const path = at === -1 ? undefined : text.slice(at + 1);
  if (writer === '' || path === '') throw new InvalidArgumentError('It must be <writer> or <writer>:<component>.');
  const chosen = ((): ComponentSelection => {
    if (path === undefined) return { writer };
    const last = path.lastIndexOf('\\');
    return last === -1 ? { writer, name: path } : { writer, logicalPath: path.slice(0, last), name: path.slice(last + 1) };
  })();
  return [...(previous ?? []), chosen];
}

export function withMachineOptions(command: Command): Command {
  return withOutputOptions(command.option('--machine <file>', 'use the simulated machine that this file describes, or the running one of that file'));
}
