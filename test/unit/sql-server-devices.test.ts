/** Tape-like, disk-like and removable virtual devices, buffers and sizes, FILESTREAM and snapshots of the simulated SQL Server. */
import { VDCommands, VDFeatures, WIN32 } from '../../lib/binding/codes';
import { SimulatedWindows } from '../../lib/simulator';
import { numbers, transfer } from './sql-server-client';
import type { Media, TransferOptions, TransferResult } from './sql-server-client';
import { Changer, DiskFile, Tape, viewOf } from './sql-server-drives';
import type { Reply, View } from './sql-server-drives';
import type { PlainCommand } from '../../lib/binding/channel';

const C = VDCommands;
const LAST_WRITES = /Write\*,WriteMark,Flush$/u;
const nameOf = new Map<number, string>(Object.entries(VDCommands).map(([name, code]) => [code, name]));
const names = (codes: readonly number[]): string =>
  codes
    .map((code) => nameOf.get(code))
    .join(',')
    .replace(/\b(\w+)(?:,\1\b)+/gu, '$1*');

let machine: SimulatedWindows;
let expected: Buffer;

beforeEach(async () => {
  machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 1_234_567, recoveryModel: 'SIMPLE' }] });
  expected = Buffer.from(await machine.sqlServer.database('Sales').read());
});

/** Runs a statement against drives, one for each device. */
async function drive(
  statement: string,
  drives: readonly { reply(command: PlainCommand, view: View): Reply }[],
  features: number,
  more: Partial<TransferOptions> = {},
): Promise<TransferResult & { readonly seen: number[][] }> {
  const seen: number[][] = [];
  const view = viewOf(await machine.openChannel());
  const result = await transfer(machine, statement, {
    media: drives.map(() => ({ bytes: new Uint8Array(0) })),
    features,
    seen,
    answer: (command, device) => drives[device]?.reply(command, view),
    ...more,
  });
  return { ...result, seen };
}
const contents = async (name = 'Sales'): Promise<Buffer> => Buffer.from(await machine.sqlServer.database(name).read());
const spoil = (): Promise<void> => machine.sqlServer.database('Sales').modify(0, Buffer.from('spoilt'));

describe('pipe-like devices', () => {
  it('get Writes, one Flush, and Complete where it was asked for', async () => {
    for (const [features, version, end] of [
      [0, '16.0.1000.6', 'Write*,Flush'],
      [VDFeatures.RequestComplete, '16.0.1000.6', 'Write*,Flush,Complete'],
      [VDFeatures.RequestComplete, '13.0.4001.0', 'Write*,Flush'],
    ] as const) {
      machine = new SimulatedWindows({ instances: [{ version }] });
      const seen: number[][] = [];
      const { configuration, messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
        media: [{ bytes: new Uint8Array(0) }],
        features,
        seen,
      });
      expect(numbers(messages)).toContain(3014);
      expect(names(seen[0] ?? [])).toBe(end);
      expect((configuration['features'] ?? 0) & VDFeatures.CompleteEnabled).toBe(end.endsWith('Complete') ? VDFeatures.CompleteEnabled : 0);
      expect((configuration['features'] ?? 0) & (VDFeatures.WriteMedia | VDFeatures.ReadMedia)).toBe(VDFeatures.WriteMedia);
    }
  });

  it('send Complete once for all stripes, after every Flush', async () => {
    const order: string[] = [];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: [{ bytes: new Uint8Array(0) }, { bytes: new Uint8Array(0) }, { bytes: new Uint8Array(0) }],
      features: VDFeatures.RequestComplete,
      answer: ({ commandCode }, device) => {
        if (commandCode === C.Flush) order.push('flush');
        if (commandCode === C.Complete) order.push(`complete ${String(device)}`);
        return undefined;
      },
    });
    expect(order).toEqual(['flush', 'flush', 'flush', 'complete 0']);
  });

  it('get several Flush commands where the database has FILESTREAM', async () => {
    machine.sqlServer.addDatabase({ name: 'Files', generatedBytes: 300_000, filestreamBytes: 200_000 });
    const seen: number[][] = [];
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    await transfer(machine, 'BACKUP DATABASE Files TO {device}', { media, seen });
    expect(names(seen[0] ?? [])).toBe('Write*,Flush,Write*,Flush');
    const before = await contents('Files');
    const { messages } = await transfer(machine, 'RESTORE DATABASE Files FROM {device} WITH REPLACE', { media });
    expect(numbers(messages)).toEqual([4035, 4035, 4035, 3014]);
    expect(before.equals(await contents('Files'))).toBe(true);
  });

  it.each([
    [512, 65_536, 1],
    [4096, 1_048_576, 3],
    [65_536, 65_536, 2],
    [65_536, 4_194_304, 1],
    [1024, 131_072, 20],
  ])('use BLOCKSIZE %i, MAXTRANSFERSIZE %i and BUFFERCOUNT %i', async (block, size, count) => {
    const media: Media[] = [{ bytes: new Uint8Array(0) }, { bytes: new Uint8Array(0) }];
    const buffers = new Set<bigint>();
    const options = `BLOCKSIZE = ${String(block)}, MAXTRANSFERSIZE = ${String(size)}, BUFFERCOUNT = ${String(count)}`;
    const backup = await transfer(machine, `BACKUP DATABASE Sales TO {device} WITH ${options}`, {
      media,
      answer: (command) => {
        if (command.commandCode === C.Write) {
          expect(command.size % block).toBe(0);
          expect(command.size).toBeLessThanOrEqual(size);
          if (command.size > 8192) buffers.add(command.buffer);
        }
        return undefined;
      },
    });
    expect(numbers(backup.messages)).toContain(3014);
    expect(backup.configuration).toMatchObject({ blockSize: block, maxTransferSize: size });
    expect(buffers.size).toBeLessThanOrEqual(count + (block > 8192 ? 2 : 0));
    await spoil();
    // MAXTRANSFERSIZE may be another one at the restore, BLOCKSIZE may not (facts/vdi.md 2.3).
    const restore = await transfer(
      machine,
      `RESTORE DATABASE Sales FROM {device} WITH BLOCKSIZE = ${String(block)}, MAXTRANSFERSIZE = 196608`,
      { media },
    );
    expect(numbers(restore.messages)).toContain(3014);
    expect(expected.equals(await contents())).toBe(true);
  });

  it('take the defaults of the specification', async () => {
    const { configuration } = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: [{ bytes: new Uint8Array(0) }] });
    expect(configuration).toMatchObject({ blockSize: 512, maxTransferSize: 65_536, maxIODepth: 4 });
  });

  it('have up to four commands outstanding, completed in any order', async () => {
    const media: Media[] = [{ bytes: new Uint8Array(0) }, { bytes: new Uint8Array(0) }];
    const taken: number[] = [];
    const lastFirst = { media, lastFirst: true, onTaken: (count: number) => taken.push(count) };
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', lastFirst)).messages)).toContain(3014);
    expect(Math.max(...taken)).toBe(4);
    await spoil();
    taken.length = 0;
    expect(numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device}', lastFirst)).messages)).toContain(3014);
    expect(Math.max(...taken)).toBe(4);
    expect(expected.equals(await contents())).toBe(true);
  });

  it('hold fewer bytes when compressed, and restore the same', async () => {
    machine.sqlServer.addDatabase({ name: 'Zeros', bytes: new Uint8Array(500_000).fill(7) });
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    await transfer(machine, 'BACKUP DATABASE Zeros TO {device} WITH COMPRESSION', { media });
    expect(media[0]?.bytes.byteLength).toBeLessThan(50_000);
    await transfer(machine, 'RESTORE DATABASE Zeros FROM {device} WITH REPLACE', { media });
    expect((await contents('Zeros')).every((byte) => byte === 7)).toBe(true);
  });

  it('may answer a Read with fewer bytes, with success before the end and with 38 at the end', async () => {
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    await spoil();
    const view = viewOf(await machine.openChannel());
    const whole = media[0]?.bytes ?? new Uint8Array(0);
    let at = 0;
    const { messages } = await transfer(machine, 'RESTORE DATABASE Sales FROM {device}', {
      media,
      answer: (command) => {
        if (command.commandCode !== C.Read) return undefined;
        const piece = whole.subarray(at, at + Math.min(command.size, 512));
        view(command).set(piece);
        at += piece.byteLength;
        return piece.byteLength === 0 ? [WIN32.ERROR_NO_DATA_DETECTED, 0] : [WIN32.ERROR_SUCCESS, piece.byteLength];
      },
    });
    expect(numbers(messages)).toContain(3014);
    expect(expected.equals(await contents())).toBe(true);
  });

  it('end a restore that gets no bytes and no end, instead of reading for ever', async () => {
    const { messages } = await transfer(machine, 'RESTORE VERIFYONLY FROM {device}', {
      media: [{ bytes: new Uint8Array(0) }],
      answer: ({ commandCode }) => (commandCode === C.Read ? [0, 0] : undefined),
    });
    expect(numbers(messages)).toEqual([18210, 3203, 3013]);
  });
});

describe('disk-like devices', () => {
  it('are written at positions, truncated by Flush, and read again', async () => {
    const disks = [new DiskFile(), new DiskFile()];
    for (const disk of disks) disk.bytes = Buffer.alloc(5_000_000, 'older');
    const backup = await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', disks, VDFeatures.LikeDisk);
    expect(numbers(backup.messages)).toContain(3014);
    expect(names(backup.seen[0] ?? [])).toBe('SetPosition,Write*,Flush');
    expect((backup.configuration['features'] ?? 0) & VDFeatures.ReadMedia).toBe(VDFeatures.ReadMedia);
    for (const disk of disks) expect(disk.bytes.byteLength).toBeLessThan(1_300_000);
    await spoil();
    const restore = await drive('RESTORE DATABASE Sales FROM {device}', disks, VDFeatures.LikeDisk);
    expect(numbers(restore.messages)).toContain(3014);
    expect(expected.equals(await contents())).toBe(true);
  });

  it('are read first, and overwritten only with INIT or FORMAT', async () => {
    const disk = new DiskFile();
    const blank = await drive('BACKUP DATABASE Sales TO {device}', [disk], VDFeatures.LikeDisk);
    expect(numbers(blank.messages)).toContain(3014);
    expect(names(blank.seen[0] ?? [])).toBe('SetPosition,Read,ClearError,SetPosition,Write*,Flush');
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device}', [disk], VDFeatures.LikeDisk)).messages)).toEqual([50000, 3013]);
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device} WITH INIT', [disk], VDFeatures.LikeDisk)).messages)).toContain(3014);
    disk.bytes = Buffer.alloc(10_000, "somebody else's");
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device} WITH INIT', [disk], VDFeatures.LikeDisk)).messages)).toEqual([
      3241, 3013,
    ]);
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', [disk], VDFeatures.LikeDisk)).messages)).toContain(3014);
  });
});

describe('tape-like devices', () => {
  it('get marks, positions and skips', async () => {
    const tape = new Changer([new Tape()]);
    const backup = await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', [tape], VDFeatures.LikeTape);
    expect(numbers(backup.messages)).toContain(3014);
    expect(names(backup.seen[0] ?? [])).toMatch(/^Rewind,Write,WriteMark,Write\*/u);
    expect(names(backup.seen[0] ?? [])).toMatch(LAST_WRITES);
    await spoil();
    const again = new Changer(tape.tapes);
    const restore = await drive('RESTORE DATABASE Sales FROM {device}', [again], VDFeatures.LikeTape);
    expect(numbers(restore.messages)).toContain(3014);
    expect(names(restore.seen[0] ?? [])).toMatch(/^Rewind,SkipMarks,GetPosition,Rewind,Read,(ClearError,)?SetPosition,Read/u);
    expect(expected.equals(await contents())).toBe(true);
    const header = await drive('RESTORE HEADERONLY FROM {device}', [new Changer(tape.tapes)], VDFeatures.LikeTape);
    expect(header.rows).toMatchObject([{ DatabaseName: 'Sales', BackupType: 1, DeviceType: 7 }]);
    expect(names(header.seen[0] ?? [])).toContain('SkipMarks*,SkipBlocks,Read');
    expect(header.seen[0]?.filter((code) => code === C.Read).length).toBeLessThan(5);
  });

  it('refuse a tape that holds a backup unless it may be overwritten', async () => {
    const changer = new Changer([new Tape()]);
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device}', [changer], VDFeatures.LikeTape)).messages)).toContain(3014);
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device}', [changer], VDFeatures.LikeTape)).messages)).toEqual([50000, 3013]);
    expect(numbers((await drive('BACKUP DATABASE Sales TO {device} WITH INIT', [changer], VDFeatures.LikeTape)).messages)).toContain(3014);
  });
});

describe('removable media', () => {
  const small = (): Tape => new Tape(204_800, 71_680);

  it.each([
    ['tapes', VDFeatures.LikeTape],
    ['cartridges of a pipe-like device', VDFeatures.LikePipe | VDFeatures.Removable],
  ])('are changed when they are full: %s', async (_kind, features) => {
    const changers = [new Changer([small()], small), new Changer([small()], small)];
    const backup = await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', changers, features);
    expect(numbers(backup.messages)).toContain(3014);
    expect(names(backup.seen[0] ?? [])).toMatch(/ClearError.*Flush,Load,Write/u);
    expect(changers[0]?.tapes.length).toBeGreaterThan(3);
    await spoil();
    const restore = await drive(
      'RESTORE DATABASE Sales FROM {device}',
      changers.map(({ tapes }) => new Changer(tapes)),
      features,
    );
    expect(numbers(restore.messages)).toContain(3014);
    expect(expected.equals(await contents())).toBe(true);
    const verify = await drive(
      'RESTORE VERIFYONLY FROM {device}',
      changers.map(({ tapes }) => new Changer(tapes)),
      features,
    );
    expect(numbers(verify.messages)).toEqual([3262]);
  });

  it('fail a restore when a volume is missing, or comes in the wrong order', async () => {
    const changer = new Changer([small()], small);
    await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', [changer], VDFeatures.LikeTape);
    const [first, second, third] = changer.tapes as [Tape, Tape, Tape];
    expect(
      numbers((await drive('RESTORE VERIFYONLY FROM {device}', [new Changer([first, second])], VDFeatures.LikeTape)).messages),
    ).toEqual([18210, 3013]);
    expect(
      numbers((await drive('RESTORE VERIFYONLY FROM {device}', [new Changer([first, third, second])], VDFeatures.LikeTape)).messages),
    ).toEqual([3247, 3013]);
    expect(numbers((await drive('RESTORE VERIFYONLY FROM {device}', [new Changer([second])], VDFeatures.LikeTape)).messages)).toEqual([
      3247, 3013,
    ]);
  });

  it('fail a backup when no further volume comes', async () => {
    const { messages } = await drive('BACKUP DATABASE Sales TO {device} WITH FORMAT', [new Changer([small()])], VDFeatures.LikeTape);
    expect(numbers(messages)).toEqual([18210, 3013]);
  });
});

describe('snapshot backup', () => {
  const prepared = VDFeatures.LikePipe | VDFeatures.SnapshotPrepare;

  it('freezes the database from PrepareToFreeze until Snapshot is completed, and restores what was there then', async () => {
    const sales = machine.sqlServer.database('Sales');
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    const seen: number[][] = [];
    const frozen: boolean[] = [];
    let snapshot = Buffer.alloc(0);
    let late: Promise<void> | undefined;
    const { messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH SNAPSHOT', {
      media,
      seen,
      features: prepared,
      answer: ({ commandCode }) => {
        if (commandCode === C.PrepareToFreeze) frozen.push(sales.isFrozen);
        if (commandCode !== C.Snapshot) return commandCode === C.PrepareToFreeze ? [0] : undefined;
        frozen.push(sales.isFrozen);
        late = sales.modify(0, Buffer.from('after'));
        void sales.read().then((bytes) => (snapshot = Buffer.from(bytes)));
        return [0];
      },
    });
    expect(numbers(messages).at(-1)).toBe(3014);
    expect(names(seen[0] ?? [])).toBe('Write*,PrepareToFreeze,Write,Snapshot');
    expect(frozen).toEqual([false, true]);
    await late;
    expect(sales.isFrozen).toBe(false);
    expect(snapshot.equals(expected)).toBe(true);
    expect((await contents()).toString('latin1', 0, 5)).toBe('after');

    const restored: number[][] = [];
    const restore = await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH SNAPSHOT', {
      media,
      seen: restored,
      answer: ({ commandCode }) => {
        if (commandCode !== C.MountSnapshot) return undefined;
        expect(sales.state).toBe('RESTORING');
        void sales.replace(snapshot);
        return [0];
      },
    });
    expect(numbers(restore.messages).at(-1)).toBe(3014);
    expect(names(restored[0] ?? [])).toBe('Read,ClearError,MountSnapshot');
    expect(expected.equals(await contents())).toBe(true);
  });

  it.each([
    ['PrepareToFreeze', C.PrepareToFreeze],
    ['Snapshot', C.Snapshot],
  ])('is refused by 995 for %s, without an abort, and thaws', async (_name, refused) => {
    const sales = machine.sqlServer.database('Sales');
    const { messages, ends } = await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH SNAPSHOT', {
      media: [{ bytes: new Uint8Array(0) }],
      features: prepared,
      answer: ({ commandCode }) =>
        commandCode === refused ? [WIN32.ERROR_OPERATION_ABORTED] : commandCode === C.PrepareToFreeze ? [0] : undefined,
    });
    expect(numbers(messages)).toEqual([18210, 3013]);
    expect(ends).toEqual([0x8077000e]);
    expect(sales.isFrozen).toBe(false);
    await sales.modify(0, Buffer.from('goes on'));
  });

  it('is for one pipe-like device', async () => {
    expect(
      numbers(
        (
          await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH SNAPSHOT', {
            media: [{ bytes: new Uint8Array(0) }, { bytes: new Uint8Array(0) }],
          })
        ).messages,
      ),
    ).toEqual([3032, 3013]);
    expect(
      numbers((await drive('BACKUP DATABASE Sales TO {device} WITH SNAPSHOT, FORMAT', [new DiskFile()], VDFeatures.LikeDisk)).messages),
    ).toEqual([3032, 3013]);
  });

  it('and a backup of pages are not taken for each other', async () => {
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    expect(numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH SNAPSHOT', { media })).messages)).toEqual([
      3032, 3013,
    ]);
  });
});
