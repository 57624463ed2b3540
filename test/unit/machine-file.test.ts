/** The description of a simulated machine: what it may say, and that a mistake in it is named. */
import { SimulatedDisk } from '../../lib/simulator/disk';
import { parseMachineDescription, readMachineFile } from '../../lib/simulator/machine-file';

async function diskWith(files: Readonly<Record<string, string>>): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  await disk.makeDirectory('/machines');
  for (const [name, content] of Object.entries(files)) await (await disk.open(name, 'create')).write(new TextEncoder().encode(content), 0);
  return disk;
}

describe('a machine file', () => {
  it('describes instances, databases, logins, delays and faults; files are relative to it', async () => {
    const disk = await diskWith({
      '/machines/machine.json': JSON.stringify({
        seed: 7,
        clock: 'simulated',
        instances: [
          { databases: [{ name: 'Sales', file: 'sales.dat' }, { name: 'Big', generatedBytes: 1e9, seed: 3, recoveryModel: 'SIMPLE', filestreamBytes: 10 }], logins: [{ name: 'agent' }, { name: 'guest', sysadmin: false }] },
          { name: 'SQLEXPRESS', version: '11.0.2100.60' },
        ],
        delays: { 'sql.write': 5 },
        faults: [{ at: 'IClientVirtualDevice::GetCommand', occurrence: 3, action: { hang: true } }],
      }),
      '/machines/sales.dat': 'pages',
    });
    expect(await readMachineFile('/machines/machine.json', disk)).toEqual({
      seed: 7,
      clock: 'simulated',
      instances: [
        {
          databases: [{ name: 'Sales', file: '/machines/sales.dat' }, { name: 'Big', generatedBytes: 1e9, seed: 3, recoveryModel: 'SIMPLE', filestreamBytes: 10 }],
          logins: [{ name: 'agent', sysadmin: true }, { name: 'guest', sysadmin: false }],
        },
        { name: 'SQLEXPRESS', version: '11.0.2100.60', databases: [], logins: [] },
      ],
      faults: [
        { at: 'sql.write', action: { delayMs: 5 } },
        { at: 'IClientVirtualDevice::GetCommand', occurrence: 3, action: { hang: true } },
      ],
    });
  });

  it('may say nothing at all', () => {
    expect(parseMachineDescription({}, '/')).toEqual({ seed: 1, clock: 'real', faults: [] });
  });

  it.each<[unknown, string]>([
    [[], 'machine'],
    [{ sede: 1 }, 'machine.sede'],
    [{ seed: -1 }, 'seed'],
    [{ clock: 'sundial' }, 'clock'],
    [{ instances: {} }, 'instances'],
    [{ instances: [{}, { name: 'mssqlserver' }] }, 'instances[1].name'],
    [{ instances: [{ name: '' }] }, 'instances[0].name'],
    [{ instances: [{ version: '2022' }] }, 'instances[0].version'],
    [{ instances: [{ database: [] }] }, 'instances[0].database'],
    [{ instances: [{ databases: [{ file: 'x' }] }] }, 'instances[0].databases[0].name'],
    [{ instances: [{ databases: [{ name: 'a', file: 'x', generatedBytes: 1 }] }] }, 'instances[0].databases[0].generatedBytes'],
    [{ instances: [{ databases: [{ name: 'a', generatedBytes: -1 }] }] }, 'instances[0].databases[0].generatedBytes'],
    [{ instances: [{ databases: [{ name: 'a', recoveryModel: 'simple' }] }] }, 'instances[0].databases[0].recoveryModel'],
    [{ instances: [{ databases: [{ name: 'a' }, { name: 'A' }] }] }, 'instances[0].databases[1].name'],
    [{ instances: [{ logins: [{ name: 'a', sysadmin: 'yes' }] }] }, 'instances[0].logins[0].sysadmin'],
    [{ delays: [] }, 'delays'],
    [{ delays: { 'sql.write': '5 ms' } }, 'delays.sql.write'],
    [{ faults: [{ at: 'x' }] }, 'faults[0].action'],
  ])('refuses %j and names %s', (description, field) => {
    expect(() => parseMachineDescription(description, '/')).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
  });

  it('refuses what is not there or not JSON, and a database whose file is not there', async () => {
    const disk = await diskWith({ '/broken': '{', '/missing': JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'none.dat' }] }] }) });
    await expect(readMachineFile('/none', disk)).rejects.toMatchObject({ field: 'machine' });
    await expect(readMachineFile('/broken', disk)).rejects.toMatchObject({ field: 'machine' });
    await expect(readMachineFile('/missing', disk)).rejects.toMatchObject({ field: 'instances[0].databases[0].file' });
  });
});
