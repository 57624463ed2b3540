// Stripes served by real child processes of a machine behind a pipe.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedWindows, servePipe } from '../../lib/simulator';
import type { PrivatePipe } from '../../lib/simulator';
import { backupDatabase, verifyBackup } from '../../lib/vdi';
import type { SecondaryDevice } from '../../lib/vdi';
import { rejection } from './flow-rig';

let directory: string;
let machine: SimulatedWindows;
let served: PrivatePipe;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-'));
  machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 2_000_000 }] });
  served = await servePipe(machine);
});
afterEach(async () => {
  await served.close();
  rmSync(directory, { recursive: true });
});

interface Secondary {
  readonly child: ChildProcess;
  readonly bytes: Promise<number>;
}

function start({ setName, deviceName }: SecondaryDevice, to: string): Secondary {
  const child = fork(join(__dirname, 'vdi-secondary-child.js'), [served.path, setName, deviceName, to]);
  const bytes = new Promise<number>((resolve, reject) => {
    child.on('message', (message: { bytes?: number; error?: string }) => {
      if (message.bytes !== undefined) resolve(message.bytes);
      if (message.error !== undefined) reject(new Error(message.error));
    });
    child.on('exit', (code, signal) => reject(new Error(`the secondary process ended with ${String(code ?? signal)}`)));
  });
  return { child, bytes };
}

it('backs up two stripes, one of them from another process', async () => {
  const other = join(directory, 'b.bak');
  let secondary: Secondary | undefined;
  const serve = (device: SecondaryDevice): Promise<number> => (secondary = start(device, other)).bytes;
  const own = join(directory, 'a.bak');
  const { bytes } = await backupDatabase({ sql: machine.sql(), backend: machine, database: 'Sales', to: [own, { serve }] });
  expect(bytes).toBeGreaterThan(2_000_000);
  if (secondary === undefined) throw new Error('the secondary was never asked for');
  secondary.child.send('publish');
  await once(secondary.child, 'exit');
  expect(readdirSync(directory).sort()).toEqual(['a.bak', 'b.bak']);
  await verifyBackup({ sql: machine.sql(), backend: machine, from: [own, other] });
});

it('aborts when the other process is killed in the middle', async () => {
  const serve = async (device: SecondaryDevice): Promise<number> => {
    const { child, bytes } = start(device, join(directory, 'b.bak'));
    bytes.catch(() => undefined);
    await once(child, 'message');
    child.kill('SIGKILL');
    return bytes;
  };
  const error = await rejection(backupDatabase({ sql: machine.sql(), backend: machine, database: 'Sales', to: [join(directory, 'a.bak'), { serve }] }));
  expect(error).toMatchObject({ cause: { message: expect.stringContaining('SIGKILL') as string } });
  // What a killed process wrote stays under its provisional name: nobody takes it for a backup.
  expect(readdirSync(directory).filter((name) => !name.endsWith('.partial'))).toEqual([]);
});
