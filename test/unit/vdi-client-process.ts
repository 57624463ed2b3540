/** A client in a process of its own, for tests that kill it: creates a set on a machine, gets its first Write command, says so, and waits. */
import { activate } from '../../lib/binding/backend';
import { INFINITE, VDFeatures } from '../../lib/binding/codes';
import type { IClientVirtualDeviceSet2 } from '../../lib/binding/generated/vdi';
import { vdiTable } from '../../lib/binding/tables';
import { connectMachine } from '../../lib/simulator';

async function main(file: string, name: string): Promise<void> {
  const [comClass] = vdiTable.classes;
  if (comClass === undefined) throw new Error('the table has no class');
  const set = await activate<IClientVirtualDeviceSet2>(await (await connectMachine(file)).openChannel(), comClass);
  await set.createEx(null, name, {
    deviceCount: 1, features: VDFeatures.LikePipe, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0, serverTimeOut: 0,
    blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0,
  });
  process.stdout.write('created\n');
  await set.getConfiguration(INFINITE);
  const device = await set.openDevice(name);
  const { commandCode, buffer } = await device.getCommand(INFINITE);
  process.stdout.write(`command ${String(commandCode)} ${String(buffer?.some((byte) => byte !== 0))}\n`);
  setInterval(() => undefined, 1000);
}

const [, , file = '', name = ''] = process.argv;
main(file, name).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
