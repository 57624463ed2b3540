/** Requesters and the machine as real processes that are really killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serveMachine } from '../../lib/simulator';
import type { ServedMachine } from '../../lib/simulator';
import { FINISHED, Requester, WRITER_A, codeOf, countOf } from './vss-requester';

let directory: string;
let file: string;
let data: string;
let served: ServedMachine | undefined;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-vss-process-'));
  data = join(directory, 'volume');
  file = join(directory, 'machine.json');
  mkdirSync(data);
  writeFileSync(join(data, 'one.txt'), 'one');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await served?.close();
  served = undefined;
  rmSync(directory, { recursive: true });
});

async function serve(writer: object = {}): Promise<ServedMachine> {
  writeFileSync(file, JSON.stringify({ vss: { volumes: [{ name: 'D:\\', directory: 'volume' }], writers: [{ name: 'a', id: WRITER_A, ...writer }] } }));
  served = await serveMachine(file);
  return served;
}

/** Starts a requester; gives its lines one by one. */
function requester(context = 0): { readonly child: ChildProcess; readonly line: () => Promise<string | undefined> } {
  const child = spawn(process.execPath, [join(__dirname, 'vss-client-process.js'), file, 'D:\\', String(context)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => ((await lines.next()).value as string | undefined) };
}

async function killed(child: ChildProcess, machine: ServedMachine['machine']): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const before = machine.processList.filter(({ alive }) => alive).length;
  child.kill('SIGKILL');
  await exited;
  while (machine.processList.filter(({ alive }) => alive).length === before) await new Promise((resolve) => setImmediate(resolve));
}

const FINISHED_LINE = `created ${FINISHED.toString(16)}`;

it('a requester killed after DoSnapshotSet: its copy is gone, the writer was told, the next one works', async () => {
  const { machine } = await serve();
  const { child, line } = requester();
  expect([await line(), await line()]).toEqual(['prepared', FINISHED_LINE]);
  const [snapshot] = await machine.openControl().vssSnapshots();
  expect(readFileSync(join(snapshot?.directory ?? '', 'one.txt'), 'utf8')).toBe('one');
  await killed(child, machine);
  await machine.vss.settled();
  expect(countOf(machine, 'Abort')).toBe(0);
  expect(countOf(machine, 'BackupShutdown')).toBe(1);
  expect(readdirSync(data)).toEqual(['one.txt']);
  expect((await (await Requester.on(machine)).snapshot(['D:\\'])).status).toBe(FINISHED);
});

it('a requester killed while a writer never answers PrepareForSnapshot: the machine is free at once', async () => {
  const { machine } = await serve({ silentAt: ['PrepareForSnapshot'] });
  const { child, line } = requester();
  expect(await line()).toBe('prepared');
  while (countOf(machine, 'PrepareForSnapshot') === 0) await new Promise((resolve) => setImmediate(resolve));
  const waiting = await Requester.on(machine);
  await waiting.gather();
  expect(await codeOf(waiting.components.startSnapshotSet())).toBe('VSS_E_SNAPSHOT_SET_IN_PROGRESS');
  await killed(child, machine);
  expect(await codeOf(waiting.components.startSnapshotSet())).toBe('none');
});

it('a persistent copy is there again when the machine runs anew from its file; the files of the others go', async () => {
  const first = await serve();
  const persistent = requester(9);
  expect([await persistent.line(), await persistent.line()]).toEqual(['prepared', FINISHED_LINE]);
  const other = requester();
  expect([await other.line(), await other.line()]).toEqual(['prepared', FINISHED_LINE]);
  const before = await first.machine.openControl().vssSnapshots();
  expect(before).toHaveLength(2);
  await first.close();
  const { machine } = await serve();
  const after = await machine.openControl().vssSnapshots();
  expect(after).toEqual(before.filter(({ snapshotAttributes }) => (snapshotAttributes & 1) !== 0));
  expect(readFileSync(join(after[0]?.directory ?? '', 'one.txt'), 'utf8')).toBe('one');
  await machine.vss.removed();
  expect(readdirSync(join(data, 'System Volume Information'))).toHaveLength(1);
  const { ids, status } = await (await Requester.on(machine)).snapshot(['D:\\']);
  expect(status).toBe(FINISHED);
  const devices = (await machine.openControl().vssSnapshots()).map(({ snapshotDeviceObject }) => snapshotDeviceObject);
  expect(new Set(devices).size).toBe(2);
  expect(ids).toHaveLength(1);
});

it('copies whose machine was killed are removed when it runs anew', async () => {
  writeFileSync(file, JSON.stringify({ vss: { volumes: [{ name: 'D:\\', directory: 'volume' }], writers: [] } }));
  const machineProcess = spawn(process.execPath, [join(__dirname, 'machine-process-main.js'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(machineProcess);
  const lines = createInterface({ input: machineProcess.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('serving');
  const { line } = requester();
  expect([await line(), await line()]).toEqual(['prepared', FINISHED_LINE]);
  const state = join(`${file}.state`, 'state');
  while (!existsSync(state) || !readFileSync(state).includes('was created')) await new Promise((resolve) => setImmediate(resolve));
  const exited = new Promise((resolve) => machineProcess.once('exit', resolve));
  machineProcess.kill('SIGKILL');
  await exited;
  expect(readdirSync(data)).toEqual(['System Volume Information', 'one.txt']);
  const { machine } = await serve();
  await machine.vss.removed();
  expect(readdirSync(data)).toEqual(['one.txt']);
});
