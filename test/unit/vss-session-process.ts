/** A requester in a process of its own that has created its copies and waits to be killed: <machine file> <context> [journal]. */
import { realHost } from '../../lib/binding/real-host';
import { connectMachine } from '../../lib/simulator';
import { SnapshotJournal, SnapshotSession } from '../../lib/vss';

const [, , file = '', context = '0', path] = process.argv;

async function main(): Promise<void> {
  const journal = path === undefined ? undefined : await SnapshotJournal.open({ path, host: realHost });
  const session = await SnapshotSession.begin({ backend: await connectMachine(file), volumes: ['C:\\'], context: Number(context), ...(journal === undefined ? {} : { journal }) });
  process.stdout.write(`${session.snapshotSetId}\n`);
  await new Promise(() => setInterval(() => session.ended, 1000));
}

void main();
