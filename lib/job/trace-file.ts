/**
 * A job's timeline in the Trace Event Format (JSON array), which Perfetto and chrome://tracing show as a picture. The file is a whole JSON
 * document after every write, so that the trace of a process that was killed can be read too.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ArgumentError, errorCode } from '../binding';
import type { Host, OpenFile } from '../binding';
import { asError } from '../binding/waiting';
import { JOB_CHANNEL } from './events';
import type { JobEvent } from './events';

/** One entry of the file: the fields that this program writes (Trace Event Format, "Event Descriptions"). */
export interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  /** `b`, `e`: nestable asynchronous; `i`: instant; `M`: metadata. */
  readonly ph: 'b' | 'e' | 'i' | 'M';
  /** Microseconds. */
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  /** Of `b` and `e`: pairs have the same. */
  readonly id?: string;
  /** Of `i`: the whole process. */
  readonly s?: 'p';
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

const CLOSING = '\n]\n';

const phaseOf = { begin: 'b', end: 'e', instant: 'i' } as const;

/** The format's entry for an event. */
export function traceEvent({ type, category, name, id, at, attributes }: JobEvent, pid: number): TraceEvent {
  return {
    name, cat: category, ph: phaseOf[type], ts: Math.round(at * 1000), pid, tid: 1,
    ...(type === 'instant' ? { s: 'p' } : { id: `0x${id.toString(16)}` }), args: attributes,
  };
}

export class TraceFile {
  private end = 0;
  private waiting: TraceEvent[] = [];
  private writing: Promise<void> = Promise.resolve();
  private failure: Error | undefined;
  private readonly listener: (message: unknown) => void;

  private constructor(
    private readonly file: OpenFile,
    private readonly pid: number,
    run: string,
  ) {
    this.listener = (message) => {
      const event = message as JobEvent;
      if (event.run === run) this.add(traceEvent(event, pid));
    };
  }

  /**
   * Whether `open` would do, without a change to an earlier trace: it may be that of a job that still runs.
   * @param field for the error: the option that named the path
   * @throws ArgumentError
   */
  static async check({ files }: Pick<Host, 'files'>, path: string, field: string): Promise<void> {
    await writable(field, async () => {
      if (await earlierTrace(files, path, field)) await (await files.open(path, 'modify')).close();
      else {
        await (await files.open(path, 'create')).close();
        await files.remove(path);
      }
    });
  }

  /**
   * Begins the file and listens to the events of that run. An earlier trace of that name is replaced; any other file is refused.
   * @param field for the error: the option that named the path
   * @throws ArgumentError
   */
  static async open(host: Host, path: string, run: string, { field, simulated }: { readonly field: string; readonly simulated: boolean }): Promise<TraceFile> {
    const { files } = host;
    const file = await writable(field, async () => {
      if (await earlierTrace(files, path, field)) await files.remove(path);
      return files.open(path, 'create');
    });
    const trace = new TraceFile(file, host.processes.pid, run);
    const metadata = { cat: '__metadata', ph: 'M', ts: 0, pid: host.processes.pid, tid: 1 } as const;
    trace.add({ name: 'process_name', ...metadata, args: { name: simulated ? 'winbackup (simulated)' : 'winbackup', simulated } });
    trace.add({ name: 'thread_name', ...metadata, args: { name: 'job' } });
    subscribe(JOB_CHANNEL, trace.listener);
    return trace;
  }

  /** Everything that was published is in the file once this resolves. Rejects when it could not be written. */
  async close(): Promise<void> {
    unsubscribe(JOB_CHANNEL, this.listener);
    await this.writing;
    await this.file.close();
    if (this.failure !== undefined) throw this.failure;
  }

  private add(event: TraceEvent): void {
    this.waiting.push(event);
    if (this.waiting.length === 1) this.writing = this.writing.then(() => this.write());
  }

  /** A trace that cannot be written is no reason to end a backup: `close` tells. */
  private async write(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    if (this.failure !== undefined) return;
    const body = `${this.end === 0 ? '[\n' : ',\n'}${events.map((event) => JSON.stringify(event)).join(',\n')}`;
    try {
      // One write from before the closing bracket to the new one: whoever reads meanwhile, or after a kill, finds it closed.
      await this.file.write(Buffer.from(body + CLOSING), this.end);
      this.end += Buffer.byteLength(body);
    } catch (error) {
      this.failure = asError(error);
      await this.mend().catch(() => undefined);
    }
  }

  /** What was written before stays whole: a disk that is full has room for what it had. */
  private async mend(): Promise<void> {
    await this.file.truncate(this.end);
    if (this.end > 0) await this.file.write(Buffer.from(CLOSING), this.end);
  }
}

/** @throws ArgumentError for whatever the file system says */
async function writable<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError(field, `cannot be written: ${asError(error).message}${errorCode(error) === undefined ? '' : ` (${String(errorCode(error))})`}`);
  }
}

/** Whether there is one. @throws ArgumentError when something else has the name */
async function earlierTrace(files: Host['files'], path: string, field: string): Promise<boolean> {
  const found = await files.stat(path);
  if (found === undefined) return false;
  if (!found.isFile || !(await isTrace(files, path))) throw new ArgumentError(field, `is there already, and is no trace: ${path}`);
  return true;
}

async function isTrace(files: Host['files'], path: string): Promise<boolean> {
  const beginning = Buffer.alloc(32);
  const file = await files.open(path, 'read');
  try {
    const count = await file.read(beginning, 0);
    return count === 0 || beginning.toString('utf8', 0, count).startsWith('[\n{"name":"process_name"');
  } finally {
    await file.close();
  }
}

/**
 * Checks a trace as a viewer would: valid JSON of known entries, in order of time, each end with its begin.
 * @returns the spans that never ended: what was under way when the process was killed
 * @throws TypeError naming the entry
 */
export function checkTrace(text: string): { readonly events: readonly TraceEvent[]; readonly unfinished: readonly TraceEvent[] } {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new TypeError('a trace is an array');
  const open = new Map<string, TraceEvent>();
  let last = 0;
  const events = list.map((entry: unknown, index): TraceEvent => {
    const fail = (what: string): never => {
      throw new TypeError(`trace event ${String(index)} ${what}: ${JSON.stringify(entry)}`);
    };
    if (typeof entry !== 'object' || entry === null) return fail('is no object');
    const event = entry as TraceEvent;
    const { name, cat, ph, ts, pid, tid, id, args } = event;
    if (typeof name !== 'string' || name === '' || typeof cat !== 'string') fail('has no name or category');
    if (!Number.isSafeInteger(ts) || !Number.isSafeInteger(pid) || !Number.isSafeInteger(tid)) fail('has no time, process or thread');
    if (typeof args !== 'object' || args === null) fail('has no args');
    if (ph === 'M') return event;
    if (ts < last) fail('comes before its predecessor');
    last = ts;
    if (ph === 'i') return event.s === 'p' ? event : fail('has no scope');
    if (typeof id !== 'string') return fail('has no id');
    const key = `${cat} ${id}`;
    if (ph === 'b') {
      if (open.has(key)) fail('begins twice');
      open.set(key, event);
    } else if (ph === 'e') {
      if (open.get(key)?.name !== name) fail('ends what has not begun');
      open.delete(key);
    } else fail('is of an unknown phase');
    return event;
  });
  return { events, unfinished: [...open.values()] };
}
