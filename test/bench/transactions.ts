/**
 * The transaction monitor: how soon an abort gives control back and how long its backout takes, what an append to its log costs beside a bare write and
 * fsync, and how long a start takes that finds many transactions. On the disk of the directory that is given.
 *   node transactions.js <directory> <result> <rounds>
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { realHost } from '../../lib/binding/real-host';
import { Log } from '../../lib/log';
import { TransactionMonitor } from '../../lib/transaction';
import type { Recoverer } from '../../lib/transaction';
import { median } from './median';

const PARTICIPANTS = [1, 10, 100];
const APPENDS = 200;
const AT_ONCE = 100;
const RECOVERED = 10_000;
const RECORD = Buffer.alloc(256, 'x');

const nothing = (): Promise<void> => Promise.resolve();
const recoverers: Readonly<Record<string, Recoverer>> = { bench: () => ({ commit: nothing, backout: nothing }) };
const open = (directory: string): Promise<TransactionMonitor> => TransactionMonitor.open({ directory, recoverers, operator: false, maxTransactions: 2 * RECOVERED });

async function abort(directory: string, participants: number): Promise<{ readonly control: number; readonly backout: number }> {
  const monitor = await open(directory);
  try {
    const transaction = monitor.beginTransaction();
    await Promise.all(Array.from({ length: participants }, (_, index) =>
      transaction.enlist({ name: `participant ${String(index)}`, kind: 'bench', resources: [`record ${String(index)}`], prepare: nothing, commit: nothing, backout: nothing })));
    const start = performance.now();
    monitor.abortTransaction(transaction);
    const control = performance.now() - start;
    await transaction.finished;
    return { control, backout: performance.now() - start };
  } finally {
    await monitor.close();
  }
}

/** Appends a second, each waited for; and of many at once. */
async function appends(directory: string): Promise<{ readonly one: number; readonly many: number; readonly bare: number }> {
  const { log } = await Log.open({ host: realHost, path: join(directory, 'bench.log'), kind: 'winbackup.bench' });
  const file = await realHost.files.open(join(directory, 'bare'), 'create');
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const rate = (count: number, milliseconds: number): number => (count * 1000) / milliseconds;
  try {
    let [own, alone] = [0, 0];
    // Alternately: what else the disk does slows both down.
    for (let index = 0; index < APPENDS; index += 1) {
      own += await timed(() => log.append(RECORD));
      alone += await timed(async () => {
        await file.write(RECORD, index * RECORD.byteLength);
        await file.sync();
      });
    }
    const together = await timed(async () => {
      for (let index = 0; index < APPENDS; index += 1) await Promise.all(Array.from({ length: AT_ONCE }, () => log.append(RECORD)));
    });
    const [one, bare, many] = [rate(APPENDS, own), rate(APPENDS, alone), rate(APPENDS * AT_ONCE, together)];
    return { one, many, bare };
  } finally {
    await log.close();
    await file.close();
  }
}

/** Half of them committed, each with one participant and one lock. */
async function recovery(directory: string): Promise<{ readonly open: number; readonly recover: number }> {
  const { log } = await Log.open({ host: realHost, path: join(directory, 'monitor.log'), kind: 'winbackup.transaction-monitor' });
  const records: object[] = [{ type: 'monitor', version: 1, machine: realHost.processes.machine }];
  for (let index = 0; index < RECOVERED; index += 1) {
    const id = realHost.random.uuid();
    records.push({ type: 'enlisted', id, tag: null, participant: { name: 'one', kind: 'bench', record: index, resources: [`record ${String(index)}`] } });
    if (index % 2 === 0) records.push({ type: 'committed', id, records: [index] });
  }
  await Promise.all(records.map((record) => log.append(Buffer.from(JSON.stringify(record)))));
  await log.close();
  const start = performance.now();
  const monitor = await open(directory);
  const opened = performance.now() - start;
  const { committed, backedOut } = await monitor.recover();
  const recovered = performance.now() - start - opened;
  await monitor.close();
  if (committed.length !== RECOVERED / 2 || backedOut.length !== RECOVERED / 2) throw new Error('not every transaction was recovered');
  return { open: opened, recover: recovered };
}

async function main(root: string, result: string, rounds: number): Promise<void> {
  let made = 0;
  const fresh = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
    const directory = join(root, String((made += 1)));
    mkdirSync(directory);
    try {
      return await work(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  const repeated = async <T>(work: (directory: string) => Promise<T>): Promise<readonly T[]> => {
    const all: T[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await fresh(work));
    return all;
  };
  const aborts = [];
  for (const participants of PARTICIPANTS) {
    const all = await repeated((directory) => abort(directory, participants));
    aborts.push({ participants, controlMs: median(all.map(({ control }) => control)), backoutMs: median(all.map(({ backout }) => backout)) });
  }
  const logs = await repeated(appends);
  const starts = await repeated(recovery);
  writeFileSync(result, JSON.stringify({
    node: process.versions.node, rounds, aborts,
    log: {
      appendsPerSecond: median(logs.map(({ one }) => one)), barePerSecond: median(logs.map(({ bare }) => bare)), ratio: median(logs.map(({ one, bare }) => one / bare)),
      atOnce: AT_ONCE, atOncePerSecond: median(logs.map(({ many }) => many)),
    },
    recovery: { transactions: RECOVERED, openMs: median(starts.map((each) => each.open)), recoverMs: median(starts.map((each) => each.recover)) },
  }));
}

const [, , root = '', result = '', rounds = '5'] = process.argv;
const alive = setInterval(() => undefined, 0x7fffffff);
void main(root, result, Number(rounds)).finally(() => clearInterval(alive));
