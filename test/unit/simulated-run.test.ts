/** A backup on a simulated machine with a simulated Host: a pure function of its seed, and durable when it says so. */
import type { Host } from '../../lib/binding/host';
import { SimulatedHost, SimulatedWindows, simulatedSqlServer } from '../../lib/simulator';
import type { SimulatedDisk } from '../../lib/simulator';
import { backupDatabase, restoreDatabase } from '../../lib/vdi';

const TARGETS = ['/backup/a.bak', '/backup/b.bak'];

async function hostWithDirectory(seed: number): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed });
  await host.files.makeDirectory('/backup');
  await host.files.syncDirectory('/');
  return host;
}

function machineOn(host: Host, seed = 1): SimulatedWindows {
  return new SimulatedWindows({ host, seed, databases: [{ name: 'Sales', generatedBytes: 300_000 }] });
}

async function sizes(disk: SimulatedDisk): Promise<readonly (number | undefined)[]> {
  return Promise.all(TARGETS.map(async (file) => (await disk.stat(file))?.size));
}

describe('a backup on a simulated Host', () => {
  it('is the same run for the same seed, call by call and at the same times', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const host = await hostWithDirectory(seed);
      const machine = machineOn(host, seed);
      machine.faults.add({ at: 'IClientVirtualDevice::CompleteCommand', action: { delayMs: 20 } });
      await backupDatabase({ backend: machine, sql: simulatedSqlServer(machine), database: 'Sales', to: TARGETS });
      return machine.calls;
    };
    const calls = await run(5);
    expect(await run(5)).toEqual(calls);
    expect(await run(6)).not.toEqual(calls);
  });

  it('survives a power cut as soon as it has succeeded, and cannot be mistaken for one before', async () => {
    const host = await hostWithDirectory(1);
    const machine = machineOn(host);
    const during: (readonly (number | undefined)[])[] = [];
    const database = 'Sales';
    await backupDatabase({
      backend: machine, sql: simulatedSqlServer(machine), database, to: TARGETS,
      // Whatever had reached the disk by now, the final names are not there.
      onProgress: () => void sizes(host.files.afterPowerCut(() => true)).then((seen) => during.push(seen)),
    });
    expect(during.length).toBeGreaterThan(0);
    for (const seen of during) expect(seen).toEqual([undefined, undefined]);

    const whole = await sizes(host.files);
    const original = await machine.sqlServer.database(database).read();
    const after = host.restart(() => false);
    expect(await sizes(after.files)).toEqual(whole);
    const restored = machineOn(after);
    await restoreDatabase({ backend: restored, sql: simulatedSqlServer(restored), database, from: TARGETS, options: { replace: true } });
    expect(Buffer.compare(await restored.sqlServer.database(database).read(), original)).toBe(0);
  });

  it('leaves no whole-looking file when the power is cut at any of its calls', async () => {
    const places = ['IClientVirtualDeviceSet2::CreateEx', 'IClientVirtualDevice::GetCommand', 'IClientVirtualDevice::CompleteCommand', 'sql.write'];
    for (const at of places) {
      for (const occurrence of [1, 2, 5]) {
        const host = await hostWithDirectory(occurrence);
        const machine = machineOn(host);
        machine.faults.add({ at, occurrence, action: { powerCut: true } });
        const backup = backupDatabase({ backend: machine, sql: simulatedSqlServer(machine), database: 'Sales', to: TARGETS });
        // CreateEx comes once: then there is no power cut.
        const cut = await backup.then(() => false, () => true);
        expect([at, occurrence, cut]).toEqual([at, occurrence, machine.faults.count(at) >= occurrence]);
        const seen = await sizes(host.restart(() => true).files);
        if (cut) expect(seen).toEqual([undefined, undefined]);
      }
    }
  });
});
