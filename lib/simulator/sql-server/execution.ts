/** Runs the statements of a batch one after the other and turns what goes wrong into SQL Server's messages. */
import { runBackup } from './backup';
import { DeviceFailure } from './backup-devices';
import type { SqlServerInstance, SqlSession } from './instance';
import { SqlError, operatingSystemError } from './messages';
import { parseBatch } from './parser';
import { runRestore } from './restore';
import { StatementCancelled, ServerDied } from './running-statement';
import type { RunningStatement } from './running-statement';
import { runSelect } from './select';
import type { BackupStatement, RestoreStatement, Statement } from './statements';

/** Resolves when the batch has ended, however it did; rejects only with what the simulator itself did wrong. */
export async function runBatch(statement: RunningStatement, instance: SqlServerInstance, session: SqlSession, text: string): Promise<void> {
  try {
    for (const parsed of parseBatch(text)) {
      statement.line = parsed.line;
      await runStatement(statement, instance, session, parsed);
      // An abort of the device set ends its own statement only.
      if (statement.stopped instanceof DeviceFailure) statement.resume();
      statement.throwIfStopped();
    }
  } catch (error) {
    if (error instanceof SqlError) {
      statement.line = error.line ?? statement.line;
      statement.say(error.number, error.args);
    } else if (!(error instanceof StatementCancelled || error instanceof ServerDied)) throw error;
  }
}

async function runStatement(
  statement: RunningStatement,
  instance: SqlServerInstance,
  session: SqlSession,
  parsed: Statement,
): Promise<void> {
  switch (parsed.kind) {
    case 'backup':
    case 'restore':
      try {
        await (parsed.kind === 'backup'
          ? runBackup(statement, instance, session, parsed)
          : runRestore(statement, instance, session, parsed));
      } catch (error) {
        terminate(statement, instance, parsed, error);
      }
      return;
    case 'select':
      runSelect(statement, instance, session, parsed);
      return;
    case 'use': {
      const database = instance.findDatabase(parsed.database);
      if (database === undefined) throw new SqlError(911, [parsed.database]);
      if (database.state === 'RESTORING' && !database.standby) throw new SqlError(927, [database.name]);
      session.database = database.name;
      statement.say(5701, [database.name]);
      return;
    }
    case 'set':
  }
}

/** The messages of a BACKUP or RESTORE that failed: the cause first, 3013 last. The batch goes on behind it. */
function terminate(
  statement: RunningStatement,
  instance: SqlServerInstance,
  parsed: BackupStatement | RestoreStatement,
  error: unknown,
): void {
  if (error instanceof ServerDied) throw error;
  const verb = parsed.kind === 'backup' ? 'BACKUP' : 'RESTORE';
  const command = `${verb} ${parsed.target}`;
  if (error instanceof SqlError) statement.say(error.number, error.args);
  else if (error instanceof DeviceFailure) sayDeviceFailure(statement, instance, error);
  else if (error instanceof StatementCancelled) statement.say(3204);
  else throw error;
  if (parsed.kind === 'backup') instance.logMessage(3041, [`${command} ${parsed.database}`]);
  statement.say(3013, [command]);
  if (error instanceof StatementCancelled) throw error;
}

/** Where in the server each operation is reported from, in 18210. */
const reporters = {
  open: ['BackupVirtualDeviceSet::Initialize', 'Open'],
  write: ['BackupIoRequest::ReportIoError', 'write'],
  read: ['BackupIoRequest::ReportIoError', 'read'],
  flush: ['BackupVirtualDeviceFile::RequestDurableMedia', 'Flush'],
  complete: ['BackupVirtualDeviceFile::NotifyComplete', 'Complete'],
  position: ['BackupVirtualDeviceFile::SetPosition', 'Position'],
  load: ['BackupVirtualDeviceFile::LoadMedia', 'Load'],
  snapshot: ['BackupVirtualDeviceFile::TakeSnapshot', 'Snapshot'],
  close: ['BackupVirtualDeviceFile::Close', 'Close'],
} as const;

function sayDeviceFailure(statement: RunningStatement, instance: SqlServerInstance, { device, operation, code }: DeviceFailure): void {
  const error = operatingSystemError(code);
  if (operation === 'open') {
    instance.logMessage(3201, [device, error]);
    statement.say(3201, [device, error]);
    return;
  }
  const [reporter, failure] = reporters[operation];
  instance.logMessage(18210, [reporter, failure, device, error]);
  statement.say(18210, [reporter, failure, device, error]);
  if (operation === 'write') statement.say(3202, [device, error]);
  if (operation === 'read') statement.say(3203, [device, error]);
}
