/** Host services on the simulated machine: what can be seen of them there. */
import { MACHINE } from '../../lib/binding/channel';
import { EVENT, EVENTLOG, enablePrivileges, reportEvent, reportFailure } from '../../lib/binding/windows-host';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedClock, SimulatedWindows } from '../../lib/simulator';

const enabled = (machine: SimulatedWindows): readonly string[] => machine.processList.flatMap(({ privileges }) => privileges);

it('writes events to the machine\'s event log', async () => {
  const machine = new SimulatedWindows();
  const channel = await machine.openChannel();
  await reportEvent(channel, { type: EVENTLOG.WARNING_TYPE, eventId: EVENT.FAILURE, text: 'the backup was cancelled' });
  expect(machine.eventLog.entries).toMatchObject([{ source: 'winbackup', eventId: EVENT.FAILURE, level: 'warning', message: 'the backup was cancelled' }]);
});

it('never keeps a failure from its caller, although the event log fails, or does not answer', async () => {
  const clock = new SimulatedClock();
  const machine = new SimulatedWindows({ host: { ...realHost, clock } });
  const error = new Error('outer', { cause: new Error('inner\0') });
  machine.faults.add({ at: 'Host::ReportEvent', action: { hresult: 0x800706b5 } });
  await reportFailure(machine, machine.host, error);
  machine.faults.clear();
  machine.faults.add({ at: 'Host::ReportEvent', action: { hang: true } });
  let over = false;
  const report = reportFailure(machine, machine.host, error).then(() => {
    over = true;
  });
  await clock.advance(4999);
  await new Promise(setImmediate);
  expect(over).toBe(false);
  await clock.advance(1);
  await report;
  machine.faults.clear();
  expect(machine.eventLog.entries).toEqual([]);
  await reportFailure(machine, machine.host, error);
  expect(machine.eventLog.entries).toMatchObject([{ level: 'error', eventId: EVENT.FAILURE, message: 'outer\nCause: inner\ufffd' }]);
  expect(clock.pending).toBe(0);
});

it('holds privileges until the last owner lets go', async () => {
  const machine = new SimulatedWindows();
  const channel = await machine.openChannel();
  const first = await enablePrivileges(channel, 'SeBackupPrivilege', 'SeRestorePrivilege');
  const second = await enablePrivileges(channel, 'SeBackupPrivilege');
  await first.close();
  await first.close();
  expect(enabled(machine)).toEqual(['SeBackupPrivilege']);
  await second.close();
  expect(enabled(machine)).toEqual([]);
});

it('tells which privilege the account does not hold, and keeps none of the others', async () => {
  const machine = new SimulatedWindows({ elevated: false });
  const channel = await machine.openChannel();
  await expect(enablePrivileges(channel, 'SeSecurityPrivilege')).rejects.toMatchObject({
    name: 'WindowsError', code: 'ERROR_NOT_ALL_ASSIGNED', win32: 1300, message: expect.stringContaining('SeSecurityPrivilege') as string,
  });
  const client = machine.processNamed('client');
  if (client === undefined) throw new Error('the machine has no process');
  client.elevated = true;
  machine.faults.add({ at: 'Host::EnablePrivilege', occurrence: 3, action: { hresult: 0x80070514 } });
  await expect(enablePrivileges(channel, 'SeBackupPrivilege', 'SeRestorePrivilege')).rejects.toMatchObject({ win32: 1300 });
  expect(enabled(machine)).toEqual([]);
  expect(machine.handleCount()).toBe(0);
});

it('ends with the process what it held', async () => {
  const machine = new SimulatedWindows();
  const channel = await machine.openChannel();
  await enablePrivileges(channel, 'SeBackupPrivilege');
  machine.kill(machine.processNamed('client')?.id ?? 0);
  expect(enabled(machine)).toEqual([]);
});

it('refuses what only a caller past the contract can ask for', async () => {
  const channel = await new SimulatedWindows().openChannel();
  expect(await channel.call(MACHINE, 'Host::ReportEvent', ['winbackup', 3, 1, 'text'])).toMatchObject({ hresult: 0x80070057 });
  expect(await channel.call(MACHINE, 'Host::EnablePrivilege', ['SeTcbPrivilege'])).toMatchObject({ hresult: 0x80070521 });
});
