/** SnapshotSession on a simulated machine: what the user gets when all goes well, and how each ending leaves the machine. */
import { SnapshotSession, VSS_SNAPSHOT_CONTEXT } from '../../lib/vss';
import { story, vssMachine } from './vss-requester';

describe('a session', () => {
  it('gives readable copies, tells the writers of the completion, and leaves nothing alive', async () => {
    const { machine } = vssMachine();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    expect(session.snapshots).toEqual([expect.objectContaining({ deviceObject: '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1', state: 'CREATED' })]);
    expect(session.writers.map(({ writerName }) => writerName)).toEqual(['a', 'b']);
    const result = await session.complete();
    expect(result).toMatchObject({ simulated: true, backupType: 5, warnings: [], unfinished: [] });
    await machine.vss.settled();
    expect(story(machine, 'a')).toEqual(['a Identify', 'a PrepareForBackup', 'a PrepareForSnapshot', 'a Freeze', 'a Thaw', 'a PostSnapshot', 'a BackupComplete', 'a BackupShutdown']);
    expect(machine.handleCount()).toBe(0);
  });

  it('aborts when it is left without complete', async () => {
    const { machine } = vssMachine();
    {
      await using session = await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'] });
      expect(session.ended).toBe(false);
    }
    expect(machine.calls.filter(({ operation }) => operation.endsWith('::AbortBackup') || operation.endsWith('::BackupComplete')).map(({ operation }) => operation))
      .toEqual(['IVssBackupComponents::AbortBackup']);
    expect(machine.handleCount()).toBe(0);
  });

  it('calls no writer in a context without writers, and owes no abort there', async () => {
    const { machine } = vssMachine();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], context: VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP });
    await session.abort();
    expect(story(machine)).toEqual([]);
    expect(machine.calls.map(({ operation }) => operation)).not.toContain('IVssBackupComponents::AbortBackup');
    expect(machine.handleCount()).toBe(0);
  });
});
