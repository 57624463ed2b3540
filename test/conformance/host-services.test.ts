/** Host services of Windows (lib/binding/windows-host.ts): what both backends answer. */
import { EVENT, EVENTLOG, enablePrivileges, reportEvent } from '../../lib/binding/windows-host';
import { outcome, useRig } from './rig';

const rig = useRig();

describe('the event log', () => {
  it.each(Object.entries(EVENTLOG))('takes an event of the type %s', async (_name, type) => {
    expect(await outcome(reportEvent(await rig().channel(), { type, eventId: EVENT.FAILURE, text: 'a backup failed: é 漢' }))).toBe('ok');
  });

  it('takes a text of any length', async () => {
    expect(await outcome(reportEvent(await rig().channel(), { type: EVENTLOG.ERROR_TYPE, eventId: EVENT.FAILURE, text: 'x'.repeat(100_000) }))).toBe('ok');
  });

  it('is not called with a type, a number or a text that are none', async () => {
    const channel = await rig().channel();
    const event = { type: EVENTLOG.ERROR_TYPE, eventId: 1, text: '' };
    await expect(reportEvent(channel, { ...event, type: 3 })).rejects.toMatchObject({ name: 'ArgumentError', field: 'type' });
    await expect(reportEvent(channel, { ...event, eventId: -1 })).rejects.toMatchObject({ name: 'ArgumentError', field: 'eventId' });
    await expect(reportEvent(channel, { ...event, text: 'a\0b' })).rejects.toMatchObject({ name: 'ArgumentError', field: 'text' });
  });
});

describe('the privileges of the process', () => {
  it('are enabled for as long as they are held, by several at once', async () => {
    const channel = await rig().channel();
    const first = await enablePrivileges(channel, 'SeBackupPrivilege', 'SeRestorePrivilege');
    const second = await enablePrivileges(channel, 'SeBackupPrivilege', 'SeSecurityPrivilege');
    await first.close();
    await first.close();
    await second[Symbol.asyncDispose]();
  });

  it('are let go of when the channel is closed', async () => {
    await enablePrivileges(await rig().channel(), 'SeBackupPrivilege');
    await rig().reset();
  });

  it('are not asked for by a name that is none of them', async () => {
    const channel = await rig().channel();
    await expect(enablePrivileges(channel, 'SeBackup' as 'SeBackupPrivilege')).rejects.toMatchObject({ name: 'ArgumentError', field: 'names' });
  });
});
