// A shadow copy of a real directory while an application writes to it: the application is a VSS writer that obeys Freeze, so the copy is that of the
// freeze instant. Runs after `npm run build`: node scripts/snapshot-example.mjs
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatedWindows } from 'winbackup/simulator';
import { SnapshotSession, copyFromSnapshot } from 'winbackup/vss';

/** Writes two files that belong together, over and over; as a VSS writer it stands still between Freeze and Thaw, with both files equal. */
class Ledger {
  metadata = {
    writerName: 'Ledger', writerId: '5b5bb5cf-9f8c-4d33-9f0c-0c6f0d7f8a11', instanceId: '5b5bb5cf-9f8c-4d33-9f0c-0c6f0d7f8a12',
    components: [{ type: 2, name: 'Books', files: [{ path: 'C:\\Books', filespec: '*' }] }],
  };
  entries = 0;
  #open = Promise.resolve();
  #letGo = () => {};
  #writing = Promise.resolve();

  constructor(directory) {
    this.directory = directory;
  }
  async run(signal) {
    while (!signal.aborted) {
      await this.#open;
      await (this.#writing = this.#write(this.entries + 1));
    }
  }
  async #write(entry) {
    await writeFile(join(this.directory, 'journal.txt'), `${entry}`);
    await writeFile(join(this.directory, 'balance.txt'), `${entry}`);
    this.entries = entry;
  }
  async onFreeze() {
    this.#open = new Promise((resolve) => (this.#letGo = resolve));
    await this.#writing;
    this.entriesAtFreeze = this.entries;
  }
  onThaw() {
    this.#letGo();
  }
  onAbort() {
    this.#letGo();
  }
}

const volume = await mkdtemp(join(tmpdir(), 'winbackup-snapshot-'));
const stop = new AbortController();
try {
  await mkdir(join(volume, 'Books'));
  const ledger = new Ledger(join(volume, 'Books'));
  const machine = new SimulatedWindows({ volumes: [{ name: 'C:\\', directory: volume }], writers: [ledger] });   // on Windows: leave `backend` out
  const running = ledger.run(stop.signal);
  await sleep(50);

  const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'], components: [{ writer: 'Ledger', name: 'Books' }] });
  let copy;
  try {
    await sleep(50);                                                                                     // the application writes on
    copy = await copyFromSnapshot({ backend: machine, snapshot: session.snapshots[0], paths: ['Books'], to: join(volume, 'backup') });
    await session.complete();
  } finally {
    await session.abort();                                                                               // without effect once it is complete
  }
  stop.abort();
  await running;

  const [journal, balance] = await Promise.all(['journal.txt', 'balance.txt'].map((name) => readFile(join(copy.to, 'Books', name), 'utf8')));
  console.log(`simulated: ${copy.simulated}`);
  console.log(`frozen at entry ${ledger.entriesAtFreeze}; the copy has journal ${journal}, balance ${balance}; the application is at ${ledger.entries}`);
  if (journal !== balance || Number(journal) !== ledger.entriesAtFreeze || ledger.entries <= ledger.entriesAtFreeze) throw new Error('the copy is not that of the freeze instant');
} finally {
  stop.abort();
  await rm(volume, { recursive: true });
}
