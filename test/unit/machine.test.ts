import { HRESULT } from '../../lib/binding/codes';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedClock } from '../../lib/simulator/clock';
import { Failure, KernelObject } from '../../lib/simulator/kernel-object';
import type { EndReason } from '../../lib/simulator/kernel-object';
import { SimulatedWindows } from '../../lib/simulator/machine';
import { settled } from '../../lib/simulator/scheduler';

class Echo extends KernelObject {
  readonly interfaceName = 'Echo';
  readonly ends: EndReason[] = [];
  say(text: string): [string] {
    return [text];
  }
  another(): [Echo] {
    return [new Echo()];
  }
  fail(): never {
    throw new Failure(HRESULT.VD_E_BUSY, ['valid all the same']);
  }
  never(): Promise<void> {
    return new Promise(() => undefined);
  }
  ended(reason: EndReason): void {
    this.ends.push(reason);
  }
}

const CLASS = '00000000-0000-0000-0000-0000000000EC';

function machineWithEcho(): { machine: SimulatedWindows; clock: SimulatedClock; echo: Echo } {
  const clock = new SimulatedClock();
  const machine = new SimulatedWindows({ host: { ...realHost, clock } });
  const echo = new Echo();
  machine.registerClass(CLASS, () => echo);
  return { machine, clock, echo };
}

describe('the machine\'s kernel', () => {
  it('gives objects handles and finds their methods by operation', async () => {
    const { machine } = machineWithEcho();
    const { id } = machine.createProcess('client');
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    expect(await machine.call(id, handle as number, 'Echo::Say', ['hello'])).toEqual({ hresult: 0, outputs: ['hello'] });
    expect(await machine.call(id, handle as number, 'Echo::Fail', [])).toEqual({ hresult: HRESULT.VD_E_BUSY, outputs: ['valid all the same'] });
    const { outputs: [other] } = await machine.call(id, handle as number, 'Echo::Another', []);
    expect(other).not.toBe(handle);
    expect(machine.handleCount(id)).toBe(2);
  });

  it('answers REGDB_E_CLASSNOTREG for a class that nobody registered, and rejects what does not exist', async () => {
    const { machine } = machineWithEcho();
    const { id } = machine.createProcess('client');
    expect(await machine.call(id, 0, 'CoCreateInstance', ['{nobody}', ''])).toEqual({ hresult: HRESULT.REGDB_E_CLASSNOTREG, outputs: [] });
    await expect(machine.call(id, 0, 'NoSuchThing', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPERATION' });
    await expect(machine.call(id, 999, 'Echo::Say', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_HANDLE' });
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    await expect(machine.call(id, handle as number, 'Echo::Constructor', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPERATION' });
    await expect(machine.call(id, handle as number, 'Other::Say', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPERATION' });
  });

  it('closes the handles of a process that dies, and its calls never answer otherwise', async () => {
    const { machine, echo } = machineWithEcho();
    const { id } = machine.createProcess('client');
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    const waiting = machine.call(id, handle as number, 'Echo::Never', []);
    machine.kill(id);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    expect(echo.ends).toEqual(['process-died']);
    expect(machine.handleCount()).toBe(0);
    await expect(machine.call(id, handle as number, 'Echo::Say', ['x'])).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
  });

  it('records calls with their answers', async () => {
    const { machine } = machineWithEcho();
    const { id } = machine.createProcess('client');
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    await machine.call(id, handle as number, 'Echo::Fail', []);
    expect(machine.calls.map(({ operation, hresult }) => [operation, hresult])).toEqual([['CoCreateInstance', 0], ['Echo::Fail', HRESULT.VD_E_BUSY]]);
    expect(machine.faults.count('Echo::Fail')).toBe(1);
  });

  it('strikes with a fault at the occurrence that it names: an error before, a delay, a hang, a death after', async () => {
    const { machine, clock, echo } = machineWithEcho();
    const { id } = machine.createProcess('client');
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    const say = (): ReturnType<SimulatedWindows['call']> => machine.call(id, handle as number, 'Echo::Say', ['x']);
    machine.faults.add({ at: 'Echo::Say', occurrence: 2, action: { hresult: HRESULT.E_ACCESSDENIED } });
    machine.faults.add({ at: 'Echo::Say', occurrence: 3, action: { delayMs: 50 } });
    machine.faults.add({ at: 'Echo::Say', occurrence: 4, action: { kill: 'caller' }, when: 'after' });
    expect((await say()).hresult).toBe(0);
    expect((await say()).hresult).toBe(HRESULT.E_ACCESSDENIED);
    let answered = false;
    const late = say().then((result) => {
      answered = true;
      return result;
    });
    await clock.advance(49);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect((await late).hresult).toBe(0);
    await expect(say()).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    expect(echo.ends).toEqual(['process-died']);
  });

  it('lets a test choose which answer comes first', async () => {
    const { machine } = machineWithEcho();
    const { id } = machine.createProcess('client');
    const { outputs: [handle] } = await machine.call(id, 0, 'CoCreateInstance', [CLASS, '']);
    machine.scheduler.own();
    const order: string[] = [];
    const calls = ['a', 'b'].map((text) => machine.call(id, handle as number, 'Echo::Say', [text]).then(() => order.push(text)));
    await settled();
    await machine.scheduler.step(1);
    await machine.scheduler.step(0);
    await Promise.all(calls);
    expect(order).toEqual(['b', 'a']);
  });

  it('tears an abandoned object down by its list when its channel closes', async () => {
    const { machine, echo } = machineWithEcho();
    const channel = await machine.openChannel();
    const { outputs: [handle] } = await channel.call(0, 'CoCreateInstance', [CLASS, '']);
    channel.setTeardown(handle as number, ['Echo::Fail']);
    await channel.close();
    expect(machine.calls.map(({ operation }) => operation)).toEqual(['CoCreateInstance', 'Echo::Fail']);
    expect(echo.ends).toEqual(['released']);
  });

  it('keeps only the latest calls, so that a long run does not fill the memory', async () => {
    const machine = new SimulatedWindows({ recordedCalls: 10 });
    const { id } = machine.createProcess('client');
    for (let n = 0; n < 100; n += 1) await machine.call(id, 0, 'CoCreateInstance', ['{nobody}', '']);
    expect(machine.calls.length).toBeLessThanOrEqual(20);
    expect(machine.calls.at(-1)?.sequence).toBe(100);
  });
});
