/** What the requester asks of COM, seen by substituted functions: security that a host has set before, and where a class may run (facts/vss.md 1.3, 2.9). */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { activate } from '../../lib/binding/backend';
import type { IVssAdmin } from '../../lib/binding/generated/vss';
import { nativeBackend } from '../../lib/binding/native';
import { vdiTable, vssTable } from '../../lib/binding/tables';
import { loadSubstitute } from './substitute';
import { openWineMachine } from './wine-machine';

const RPC_E_TOO_LATE = 0x80010119;
const E_ACCESSDENIED = 0x80070005;
const S_OK = 0;

async function securityProgram(...answers: readonly number[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(__dirname, 'vss-security-program.js'), ...answers.map(String)]);
  return JSON.parse(stdout);
}

describe('COM security', () => {
  it('that the host has set before (RPC_E_TOO_LATE) is left as it is, and the backup is taken', async () => {
    expect(await securityProgram(RPC_E_TOO_LATE, RPC_E_TOO_LATE)).toEqual({ outcomes: ['complete', 'complete'], calls: 1 });
  });

  it('is set once in a process, however many sessions there are', async () => {
    expect(await securityProgram(S_OK, S_OK)).toEqual({ outcomes: ['complete', 'complete'], calls: 1 });
  });

  it('that Windows refuses for another reason is an error, and is tried again the next time', async () => {
    expect(await securityProgram(E_ACCESSDENIED, S_OK)).toEqual({ outcomes: ['CoInitializeSecurity E_ACCESSDENIED', 'complete'], calls: 2 });
  });
});

describe('activation', () => {
  it('lets the coordinator run out of process, as a service, and keeps the virtual device set in process', async () => {
    const machine = await openWineMachine();
    const channel = await nativeBackend().openChannel();
    const substitute = loadSubstitute();
    substitute.replace('CoCreateInstance');
    try {
      const [coordinator, deviceSet] = [vssTable.classes[0], vdiTable.classes[0]];
      if (coordinator === undefined || deviceSet === undefined) throw new Error('the tables have no classes');
      const admin = await activate<IVssAdmin>(channel, coordinator);
      const enumerator = await admin.queryProviders();
      expect((await enumerator.next(10)).map(({ type }) => type)).toContain(4);
      await activate(channel, deviceSet);
      const CLSCTX_INPROC_SERVER = 0x1;
      const CLSCTX_LOCAL_SERVER = 0x4;
      expect(substitute.seen().activations).toEqual([
        { clsid: `{${coordinator.clsid.toUpperCase()}}`, context: CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER },
        { clsid: `{${deviceSet.clsid.toUpperCase()}}`, context: CLSCTX_INPROC_SERVER },
      ]);
    } finally {
      substitute.restore();
      await channel.close();
      await machine.close();
    }
  });
});
