import { ArgumentError } from '../../lib/binding/errors';
import { SimulatedWindows } from '../../lib/simulator/machine';
import { parseMachineDescription } from '../../lib/simulator/machine-file';
import { FINISHED, Requester, WRITER_A, codeName } from './vss-requester';

describe('the volumes and writers in a machine file', () => {
  it('become those of the machine; paths are relative to the file', async () => {
    const { vss } = parseMachineDescription({
      vss: {
        windowsVersion: 'WindowsServer2012',
        computerName: 'SERVER',
        volumes: [{ name: 'C:\\' }, { name: 'D:\\', directory: 'data', onChangeDuringCopy: 'fail' }],
        writers: [
          {
            name: 'a', id: `{${WRITER_A.toUpperCase()}}`, level: 'back end', timeoutFreezeMs: 20_000,
            components: [{ type: 'database', name: 'Sales', databaseFiles: [{ path: 'D:\\', filespec: '*.mdf' }] }],
            failures: [{ event: 'PrepareForBackup', failure: 'retryable', times: 1 }],
            delays: [{ event: 'Freeze', delayMs: 0 }],
          },
        ],
        providers: [{ id: '11111111-2222-3333-4444-555555555555', name: 'Array', type: 'hardware', failures: [{ step: 'Commit', hresult: 'VSS_E_PROVIDER_VETO', times: 1 }] }],
      },
    }, '/machines');
    expect(vss?.volumes?.[1]).toEqual({ name: 'D:\\', directory: '/machines/data', onChangeDuringCopy: 'fail' });
    const machine = new SimulatedWindows({ ...vss });
    const first = await Requester.on(machine);
    expect(codeName((await first.snapshot()).status)).toBe('VSS_E_PROVIDER_VETO');
    expect(await first.status('a')).toEqual(['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_RETRYABLE']);
    await first.components.release();
    const second = await Requester.on(machine);
    expect((await second.snapshot()).status).toBe(FINISHED);
    expect((await machine.openControl().vssStatus()).windowsVersion).toBe('WindowsServer2012');
    expect(await machine.openControl().vssWriters()).toMatchObject([{ name: 'a', writerId: WRITER_A, level: 2, timeoutFreezeMs: 20_000 }]);
  });

  it('a writer that is a module is found relative to the file', () => {
    const { vss } = parseMachineDescription({ vss: { writers: [{ module: './writer.js', options: { file: 'x' } }] } }, '/machines');
    expect(vss?.writers).toEqual([{ module: '/machines/writer.js', options: { file: 'x' } }]);
  });

  it.each<[unknown, string]>([
    [[], 'vss'],
    [{ volume: [] }, 'vss.volume'],
    [{ volumes: {} }, 'vss.volumes'],
    [{ volumes: [{}] }, 'vss.volumes[0].name'],
    [{ volumes: [{ name: 'C:' }] }, 'vss.volumes[0].name'],
    [{ volumes: [{ name: 'C:\\', fileSystem: 'ext4' }] }, 'vss.volumes[0].fileSystem'],
    [{ volumes: [{ name: 'C:\\', flushMs: -1 }] }, 'vss.volumes[0].flushMs'],
    [{ windowsVersion: 'Windows95' }, 'vss.windowsVersion'],
    [{ writers: [{ name: 'a' }] }, 'vss.writers[0].id'],
    [{ writers: [{ name: 'a', id: WRITER_A, failures: [{ event: 'Melt' }] }] }, 'vss.writers[0].failures[0].event'],
    [{ writers: [{ name: 'a', id: WRITER_A, failures: [{ event: 'Thaw', failure: 'sometimes' }] }] }, 'vss.writers[0].failures[0].failure'],
    [{ writers: [{ name: 'a', id: WRITER_A, components: [{ type: 'table', name: 'x' }] }] }, 'vss.writers[0].components[0].type'],
    [{ writers: [{ module: 7 }] }, 'vss.writers[0].module'],
    [{ providers: [{ id: 'x', name: 'y', type: 'hardware' }] }, 'vss.providers[0].id'],
    [{ providers: [{ id: WRITER_A, name: 'y', type: 'hardware', failures: [{ step: 'Commit', hresult: 'VSS_E_NOTHING' }] }] }, 'vss.providers[0].failures[0].hresult'],
  ])('%j is refused: %s', (vss, field) => {
    let refused: unknown;
    try {
      parseMachineDescription({ vss }, '/');
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).field).toBe(field);
  });
});
