/** The timeline of a job: the file, and the bridge to OpenTelemetry. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError } from '../../lib/binding';
import { realHost } from '../../lib/binding/real-host';
import { JobEvents } from '../../lib/job/events';
import { bridgeToOpenTelemetry } from '../../lib/job/telemetry';
import { TraceFile, checkTrace } from '../../lib/job/trace-file';
import { tracedBackend } from '../../lib/job/traced-backend';
import { readText } from '../../lib/job/manifest';
import { SimulatedWindows } from '../../lib/simulator';
import { SimulatedDisk } from '../../lib/simulator/disk';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-trace-test-'));
  path = join(directory, 'trace.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const options = { field: '--trace', simulated: true };
const read = (): string => readFileSync(path, 'utf8');

it('holds every span and instant of its run, and no other’s, as the Trace Event Format has them', async () => {
  const trace = await TraceFile.open(realHost, path, 'run 1', options);
  const events = new JobEvents('run 1', realHost.clock);
  await events.span('job', 'job nightly', async () => {
    events.instant('abort', 'abort', { cause: 'operator' });
    await expect(events.span('phase', 'DoSnapshotSet', () => Promise.reject(new ArgumentError('x', 'is wrong')))).rejects.toThrow('is wrong');
    new JobEvents('run 2', realHost.clock).instant('phase', 'elsewhere');
  });
  await trace.close();
  events.instant('job', 'too late');
  const { events: entries, unfinished } = checkTrace(read());
  expect(unfinished).toEqual([]);
  expect(entries.map(({ ph, cat, name }) => [ph, cat, name])).toEqual([
    ['M', '__metadata', 'process_name'], ['M', '__metadata', 'thread_name'],
    ['b', 'job', 'job nightly'], ['i', 'abort', 'abort'], ['b', 'phase', 'DoSnapshotSet'], ['e', 'phase', 'DoSnapshotSet'], ['e', 'job', 'job nightly'],
  ]);
  expect(entries[0]?.args).toEqual({ name: 'winbackup (simulated)', simulated: true });
  expect(entries[3]).toMatchObject({ s: 'p', args: { cause: 'operator' } });
  expect(entries[5]?.args).toEqual({ error: 'ERR_INVALID_ARG_VALUE' });
});

it('is whole after every write, and tells what was under way', async () => {
  const trace = await TraceFile.open(realHost, path, 'run 1', options);
  const events = new JobEvents('run 1', realHost.clock);
  const end = events.begin('job', 'job nightly');
  while (!read().includes('job nightly')) await new Promise(setImmediate);
  expect(checkTrace(read()).unfinished.map(({ name }) => name)).toEqual(['job nightly']);
  end();
  await trace.close();
  expect(checkTrace(read()).unfinished).toEqual([]);
});

it('replaces an earlier trace, and no other file', async () => {
  await (await TraceFile.open(realHost, path, 'a', options)).close();
  await (await TraceFile.open(realHost, path, 'b', options)).close();
  expect(checkTrace(read()).events).toHaveLength(2);
  writeFileSync(path, '{"name":"my job"}');
  await expect(TraceFile.open(realHost, path, 'c', options)).rejects.toMatchObject({ field: '--trace', message: expect.stringContaining('is no trace') as string });
  expect(read()).toBe('{"name":"my job"}');
  await expect(TraceFile.open(realHost, join(directory, 'nowhere', 'x'), 'c', options)).rejects.toMatchObject({ field: '--trace' });
});

it('stays whole as far as it came when its disk is full, and says so at the end', async () => {
  const disk = new SimulatedDisk({ capacity: 700 });
  const trace = await TraceFile.open({ ...realHost, files: disk }, '/trace.json', 'run 1', options);
  const events = new JobEvents('run 1', realHost.clock);
  for (let count = 0; count < 20; count += 1) {
    events.instant('phase', `step ${String(count)}`);
    await new Promise(setImmediate);
  }
  await expect(trace.close()).rejects.toMatchObject({ code: 'ENOSPC' });
  const { events: entries } = checkTrace(await readText(disk, '/trace.json'));
  expect(entries.length).toBeGreaterThan(2);
  expect(entries.length).toBeLessThan(20);
});

it('is checked without a change to an earlier one', async () => {
  await TraceFile.check(realHost, path, '--trace');
  expect(existsSync(path)).toBe(false);
  await (await TraceFile.open(realHost, path, 'a', options)).close();
  const before = read();
  await TraceFile.check(realHost, path, '--trace');
  expect(read()).toBe(before);
});

it('has every call into Windows with its result, and no argument of it', async () => {
  const machine = new SimulatedWindows();
  const trace = await TraceFile.open(realHost, path, 'run 1', options);
  const backend = tracedBackend(machine, new JobEvents('run 1', realHost.clock));
  const channel = await backend.openChannel();
  const refused = await channel.call(0, 'SqlServer::Connect', [null, 'a secret login']);
  await channel.close();
  await trace.close();
  expect(refused.hresult).not.toBe(0);
  const { events, unfinished } = checkTrace(read());
  expect(unfinished).toEqual([]);
  expect(events.filter(({ cat }) => cat === 'call').map(({ ph, name, args }) => [ph, name, args])).toEqual([
    ['b', 'SqlServer::Connect', { handle: 0 }],
    ['e', 'SqlServer::Connect', { hresult: refused.hresult, error: expect.any(String) as string }],
  ]);
  expect(read()).not.toContain('secret');
});

const entry = { name: 'a', cat: 'call', ts: 5, pid: 1, tid: 1, args: {} };
it.each<[string, readonly unknown[], RegExp]>([
  ['an end without a begin', [{ ...entry, ph: 'e', id: '0x1' }], /ends what has not begun/],
  ['an end of another name', [{ ...entry, ph: 'b', id: '0x1' }, { ...entry, name: 'b', ph: 'e', id: '0x1' }], /ends what has not begun/],
  ['two begins', [{ ...entry, ph: 'b', id: '0x1' }, { ...entry, ph: 'b', id: '0x1' }], /begins twice/],
  ['time that goes backwards', [{ ...entry, ph: 'i', s: 'p' }, { ...entry, ph: 'i', s: 'p', ts: 4 }], /before its predecessor/],
  ['an unknown phase', [{ ...entry, ph: 'x', id: '1' }], /unknown phase/],
  ['no time', [{ ...entry, ts: 'now', ph: 'i', s: 'p' }], /has no time/],
  ['an instant without scope', [{ ...entry, ph: 'i' }], /no scope/],
  ['something else', [5], /is no object/],
])('is not valid with %s', (_what, entries, message) => {
  expect(() => checkTrace(JSON.stringify(entries))).toThrow(message);
});

describe('the bridge to OpenTelemetry', () => {
  class Span {
    readonly attributes: Record<string, unknown> = {};
    readonly events: string[] = [];
    status: number | undefined;
    ended = 0;
    constructor(readonly name: string, attributes: object) {
      Object.assign(this.attributes, attributes);
    }
    setAttributes = (attributes: object): unknown => Object.assign(this.attributes, attributes);
    addEvent = (name: string): unknown => this.events.push(name);
    setStatus = ({ code }: { readonly code: number }): unknown => (this.status = code);
    end(): void {
      this.ended += 1;
    }
  }

  it('makes a span of each span, failed where it failed, and an event of each instant', async () => {
    const spans: Span[] = [];
    const end = bridgeToOpenTelemetry({
      startSpan(name, { attributes }) {
        const span = new Span(name, attributes);
        spans.push(span);
        return span;
      },
    });
    const events = new JobEvents('run 1', realHost.clock);
    await events.span('job', 'job nightly', async () => {
      events.instant('abort', 'abort');
      await events.span('phase', 'copy', () => Promise.reject(new Error('no'))).catch(() => undefined);
    });
    events.begin('job', 'left open');
    end();
    events.begin('job', 'not heard');
    expect(spans.map(({ name, ended, status, events: told }) => [name, ended, status, told])).toEqual([
      ['job nightly', 1, undefined, ['abort']], ['copy', 1, 2, []], ['left open', 1, undefined, []],
    ]);
    expect(spans[1]?.attributes).toEqual({ 'winbackup.category': 'phase', 'winbackup.run': 'run 1', error: 'ERROR' });
  });

  it('says what to install where no tracer is given', () => {
    expect(() => bridgeToOpenTelemetry()).toThrow('npm install @opentelemetry/api');
  });
});
