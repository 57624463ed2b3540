/** The control of a simulated machine: what a tester sees and does from outside. */
import { HRESULT } from '../../lib/binding/codes';
import { MACHINE } from '../../lib/binding/channel';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedClock } from '../../lib/simulator/clock';
import { KernelObject } from '../../lib/simulator/kernel-object';
import { SimulatedWindows } from '../../lib/simulator/machine';

class Door extends KernelObject {
  readonly interfaceName = 'Door';
  ended(): void {
    return;
  }
}

function machineWithDoors(): SimulatedWindows {
  const machine = new SimulatedWindows({ seed: 7, instances: [], host: { ...realHost, clock: new SimulatedClock() } });
  machine.addOperation('OpenDoor', () => [new Door()]);
  return machine;
}

describe('MachineControl', () => {
  it('lists the recorded calls and counts them, its own not among them', async () => {
    const machine = machineWithDoors();
    const control = machine.openControl();
    const channel = await machine.openChannel();
    await channel.call(MACHINE, 'OpenDoor', []);
    await channel.call(MACHINE, 'OpenDoor', []);

    expect(await control.counts()).toEqual({ OpenDoor: 2 });
    const calls = await control.calls({ operation: 'OpenDoor' });
    expect(calls.map(({ sequence, hresult }) => ({ sequence, hresult }))).toEqual([{ sequence: 1, hresult: 0 }, { sequence: 2, hresult: 0 }]);
    expect(await control.calls({ afterSequence: 1 })).toHaveLength(1);
    expect((await control.status()).handles).toBe(2);
  });

  it('adds faults, lists them, and clears them', async () => {
    const machine = machineWithDoors();
    const control = machine.openControl();
    const channel = await machine.openChannel();
    const fault = { at: 'OpenDoor', occurrence: 2, action: { hresult: HRESULT.E_ACCESSDENIED } };
    await control.addFault(fault);
    expect(await control.faults()).toEqual([fault]);
    expect((await channel.call(MACHINE, 'OpenDoor', [])).hresult).toBe(HRESULT.S_OK);
    expect((await channel.call(MACHINE, 'OpenDoor', [])).hresult).toBe(HRESULT.E_ACCESSDENIED);
    await control.clearFaults();
    expect(await control.faults()).toEqual([]);
  });

  it.each([
    [{ occurrence: 1, action: { hang: true } }, 'fault.at'],
    [{ at: 'x', occurrence: 0, action: { hang: true } }, 'fault.occurrence'],
    [{ at: 'x', when: 'during', action: { hang: true } }, 'fault.when'],
    [{ at: 'x', action: {} }, 'fault.action'],
    [{ at: 'x', action: { hang: true, delayMs: 1 } }, 'fault.action'],
    [{ at: 'x', action: { hresult: 1.5 } }, 'fault.action.hresult'],
    [{ at: 'x', action: { explode: true } }, 'fault.action.explode'],
    [{ at: 'x', action: { hang: true }, often: 2 }, 'fault.often'],
  ])('refuses %j as a fault and names %s', async (fault, field) => {
    const control = machineWithDoors().openControl();
    await expect(control.call('Machine::AddFault', fault)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    expect(await control.faults()).toEqual([]);
  });

  it('kills a process by name: its handles are gone and its calls reject', async () => {
    const machine = machineWithDoors();
    const control = machine.openControl();
    const channel = await machine.openChannel();
    await channel.call(MACHINE, 'OpenDoor', []);
    expect(await control.processes()).toMatchObject([{ name: 'client', alive: true, handles: 1 }]);
    await control.kill('client');
    expect(await control.processes()).toMatchObject([{ name: 'client', alive: false, handles: 0 }]);
    await expect(channel.call(MACHINE, 'OpenDoor', [])).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await expect(control.kill('client')).rejects.toMatchObject({ field: 'process' });
  });

  it('survives a power cut that no process survives', async () => {
    const machine = machineWithDoors();
    const control = machine.openControl();
    await machine.openChannel();
    await machine.openChannel();
    await control.powerCut();
    expect((await control.processes()).map(({ alive }) => alive)).toEqual([false, false]);
  });

  it('moves the simulated clock, and says that real time cannot be moved', async () => {
    const machine = machineWithDoors();
    const before = machine.host.clock.now();
    expect(await machine.openControl().advance(1500)).toBe(before + 1500);
    await expect(new SimulatedWindows().openControl().advance(1)).rejects.toMatchObject({ code: 'ERR_REAL_CLOCK' });
  });

  it('reads the event log', async () => {
    const machine = machineWithDoors();
    machine.eventLog.write('SQLVDI', 1, 'error', 'broken');
    machine.eventLog.write('VSS', 2, 'information', 'fine');
    expect(await machine.openControl().events('SQLVDI')).toEqual([{ time: machine.host.clock.now(), source: 'SQLVDI', eventId: 1, level: 'error', message: 'broken' }]);
  });
});
