/** A requester in a process of its own, for tests that kill it: makes a shadow copy on a machine, says so, and waits. */
import { INFINITE } from '../../lib/binding/codes';
import { createProxy } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';
import type { IVssAsync, IVssBackupComponentsEx4 } from '../../lib/binding/generated/vss';
import { GUID_NULL } from '../../lib/binding/vss-codes';
import { connectMachine } from '../../lib/simulator';

async function main(file: string, volume: string, context: number): Promise<void> {
  const channel = await (await connectMachine(file)).openChannel();
  const { outputs } = await channel.call(0, 'CreateVssBackupComponents', []);
  const components = createProxy<IVssBackupComponentsEx4>(channel, outputs[0] as number, interfaceTable('IVssBackupComponentsEx4'));
  const end = async (started: Promise<IVssAsync>): Promise<number> => {
    const operation = await started;
    await operation.wait(INFINITE);
    return operation.queryStatus();
  };
  await components.initializeForBackup(null);
  await components.setContext(context);
  await components.setBackupState(false, false, 5, false);
  await end(components.gatherWriterMetadata());
  await components.startSnapshotSet();
  await components.addToSnapshotSet(volume, GUID_NULL);
  await end(components.prepareForBackup());
  process.stdout.write('prepared\n');
  const status = await end(components.doSnapshotSet());
  process.stdout.write(`created ${status.toString(16)}\n`);
  setInterval(() => undefined, 1000);
}

const [, , file = '', volume = '', context = '0'] = process.argv;
main(file, volume, Number(context)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
