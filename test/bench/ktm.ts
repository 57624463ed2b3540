/**
 * Measures KTM on the simulated machine with real files: commits with a durable log beside the same writes and fsyncs alone, and the recovery of
 * many enlistments.
 * Usage: node ktm.js <directory on a disk> <directory in memory> <result.json> <rounds>
 *        node --expose-gc ktm.js recover <directory> <enlistments>     prints one recovery
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Files, OpenFile } from '../../lib/binding/host';
import { realHost } from '../../lib/binding/real-host';
import { ResourceManager, Transaction, TransactionManager, recoverResourceManager } from '../../lib/ktm';
import { SimulatedWindows } from '../../lib/simulator';
import { median } from './median';

const id = 'c7a9b1de-2d5f-4c55-9d4e-0c5a5f7a6b21';
const COMMITS = 200;
/** Transactions under way together while the log is filled. */
const AT_ONCE = 100;
const ENLISTMENTS = [1000, 10_000, 100_000];

/** What was written to files and made durable, in order: the bytes of a write, or a sync. */
type Operation = number | 'sync';

/** Real files that note what is done to them. */
function noting(operations: Operation[]): Files {
  const noted = (file: OpenFile): OpenFile => ({
    read: (target, position) => file.read(target, position),
    write: (source, position) => {
      operations.push(source.byteLength);
      return file.write(source, position);
    },
    sync: () => {
      operations.push('sync');
      return file.sync();
    },
    truncate: (byteLength) => file.truncate(byteLength),
    size: () => file.size(),
    close: () => file.close(),
  });
  return { ...realHost.files, open: async (name, mode) => noted(await realHost.files.open(name, mode)) };
}

async function enlisting(machine: SimulatedWindows, log: string): Promise<{ readonly manager: TransactionManager; readonly resourceManager: ResourceManager }> {
  const manager = await TransactionManager.create({ backend: machine, logFileName: log });
  await manager.recover();
  const resourceManager = await ResourceManager.create(manager, { id });
  await resourceManager.recover({ onNotification: () => Promise.resolve() });
  return { manager, resourceManager };
}

/** One transaction with one participant; `answers` says whether it acknowledges COMMIT. Resolves once COMMIT has come. */
async function transact(backend: SimulatedWindows, resourceManager: ResourceManager, answers: boolean): Promise<void> {
  const transaction = await Transaction.create({ backend });
  let committed: () => void = () => undefined;
  const commit = new Promise<void>((resolve) => (committed = resolve));
  const enlistment = await resourceManager.createEnlistment(transaction, {
    notifications: ['PREPARE', 'COMMIT', 'ROLLBACK'],
    onNotification: async ({ type }) => {
      if (type === 'PREPARE') await enlistment.prepareComplete();
      if (type === 'COMMIT' && answers) await enlistment.commitComplete();
      if (type === 'COMMIT') committed();
    },
  });
  await (answers ? transaction.commit() : transaction.commitAsync());
  await commit;
  if (!answers) return;
  await enlistment.close();
  await transaction.close();
}

/** Seconds for COMMITS commits, and for their writes and syncs alone. */
async function commits(directory: string): Promise<{ readonly commits: number; readonly alone: number; readonly syncs: number }> {
  const operations: Operation[] = [];
  const machine = new SimulatedWindows({ host: { ...realHost, files: noting(operations) } });
  const { manager, resourceManager } = await enlisting(machine, path.join(directory, 'commits'));
  operations.length = 0;
  let start = performance.now();
  for (let count = 0; count < COMMITS; count += 1) await transact(machine, resourceManager, true);
  const whole = performance.now() - start;
  const same = operations.slice();
  await resourceManager.close();
  await manager.close();
  const file = await realHost.files.open(path.join(directory, 'alone'), 'create');
  const bytes = new Uint8Array(Math.max(...same.map((operation) => (operation === 'sync' ? 0 : operation))));
  let position = 0;
  start = performance.now();
  for (const operation of same) {
    if (operation === 'sync') await file.sync();
    else {
      await file.write(bytes.subarray(0, operation), position);
      position += operation;
    }
  }
  const alone = performance.now() - start;
  await file.close();
  for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name), { recursive: true });
  return { commits: whole / 1000, alone: alone / 1000, syncs: same.filter((operation) => operation === 'sync').length / COMMITS };
}

interface Recovery {
  readonly enlistments: number;
  readonly milliseconds: number;
  /** By how many bytes the heap has grown at most. */
  readonly heap: number;
}

/** Enlistments whose COMMIT nobody has acknowledged when the machine stops; then the start that brings all to their end. */
async function recover(directory: string, count: number): Promise<Recovery> {
  const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);
  const machine = new SimulatedWindows({ host: realHost, recordedCalls: 10 });
  const log = path.join(directory, `recover-${String(count)}`);
  const { resourceManager } = await enlisting(machine, log);
  for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, () => transact(machine, resourceManager, false)));
  machine.reboot();
  collect();
  const before = process.memoryUsage().heapUsed;
  let highest = before;
  let seen = 0;
  const start = performance.now();
  const recovered = await recoverResourceManager({
    manager: { backend: machine, logFileName: log }, id, prepared: [],
    onCommit: () => {
      if (seen % 1000 === 0) highest = Math.max(highest, process.memoryUsage().heapUsed);
      seen += 1;
    },
    onRollback: () => {
      throw new Error('nothing was rolled back');
    },
  });
  await recovered.settled();
  const milliseconds = performance.now() - start;
  if (recovered.committed.length !== count) throw new Error(`${String(recovered.committed.length)} of ${String(count)} were committed`);
  await recovered.close();
  return { enlistments: count, milliseconds, heap: highest - before };
}

function recoverInProcess(directory: string, count: number): Recovery {
  const output = execFileSync(process.execPath, ['--expose-gc', '--max-old-space-size=8192', __filename, 'recover', directory, String(count)], { encoding: 'utf8' });
  return JSON.parse(output) as Recovery;
}

async function main([disk = '', memory = '', result = '', rounds = '5']: readonly string[]): Promise<void> {
  if (disk === 'recover') {
    process.stdout.write(JSON.stringify(await recover(memory, Number(result))));
    return;
  }
  const measured = [];
  for (let round = 0; round < Number(rounds); round += 1) measured.push(await commits(disk));
  const perSecond = (seconds: readonly number[]): number => COMMITS / median(seconds);
  const recoveries = ENLISTMENTS.map((count) => recoverInProcess(memory, count));
  fs.writeFileSync(result, JSON.stringify({
    node: process.versions.node, rounds: Number(rounds),
    commits: {
      perSecond: perSecond(measured.map(({ commits: seconds }) => seconds)), syncsAlonePerSecond: perSecond(measured.map(({ alone }) => alone)),
      syncsPerCommit: measured[0]?.syncs, ratio: median(measured.map(({ commits: seconds, alone }) => alone / seconds)),
    },
    recoveries,
  }));
}

void main(process.argv.slice(2));
