/**
 * The one shadow copy set that can be in progress on a machine (facts/vss.md 2.6): waiting for it with back-off, and a diagnosis of who may hold it.
 * There is no call that tells, and none that ends another's set.
 */
import { WindowsError, delay } from '../binding';
import type { Backend, Clock, Host } from '../binding';
import { VSS_HRESULT } from '../binding/vss-codes';
import { settledWithin } from '../binding/waiting';

export interface SetHolder {
  /** How long it was waited for, in milliseconds. */
  readonly waitedMs: number;
  readonly attempts: number;
  /** A session of this very process creates a shadow copy on the same machine. */
  readonly thisProcess: boolean;
  /** Programs of this machine that have vssapi.dll loaded, without this one; empty where that cannot be told. */
  readonly programs: readonly string[];
  /** For people. */
  readonly text: string;
}

/** Sessions of this process between StartSnapshotSet and the return of DoSnapshotSet. */
const creating = new WeakMap<Backend, number>();

/** Says that a session of this process has the set; call what it returns when it has not any more. */
export function holdSet(backend: Backend): () => void {
  creating.set(backend, (creating.get(backend) ?? 0) + 1);
  let held = true;
  return () => {
    if (held) creating.set(backend, (creating.get(backend) ?? 1) - 1);
    held = false;
  };
}

/** The first pause and the longest, in milliseconds; in the field programs ask every 5 to 30 seconds (facts/vss.md 2.6). */
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 30_000;

export function isSetInProgress(error: unknown): boolean {
  return error instanceof WindowsError && error.hresult === VSS_HRESULT.VSS_E_SNAPSHOT_SET_IN_PROGRESS;
}

/** Waits for the set, from one failure to the next, until its deadline. */
export class SetQueue {
  private readonly began: number;
  private pauseMs = FIRST_PAUSE_MS;
  private attempts = 0;

  constructor(
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {
    this.began = clock.monotonic();
  }

  get waited(): { readonly waitedMs: number; readonly attempts: number } {
    return { waitedMs: this.clock.monotonic() - this.began, attempts: this.attempts };
  }

  /** Resolves when it is time to ask again; with false when the deadline has passed. Rejects when the signal fires. */
  async next(signal: AbortSignal | undefined): Promise<boolean> {
    this.attempts += 1;
    const left = this.deadlineMs - (this.clock.monotonic() - this.began);
    if (left <= 0) return false;
    await delay(this.clock, Math.min(this.pauseMs, left), signal);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    return true;
  }
}

/** Milliseconds for asking Windows. */
const ASKING_MS = 5000;

/** `"wbengine.exe","1234","vssapi.dll"`: a line of tasklist's. */
const TASK = /^"([^"]+)","(\d+)"/;

async function programsWithVss({ clock, processes }: Host): Promise<readonly string[]> {
  const found: string[] = [];
  const child = processes.spawn('tasklist.exe', ['/m', 'vssapi.dll', '/fo', 'csv', '/nh']);
  const reading = (async () => {
    for await (const { text } of child.lines) {
      const [, name, pid] = TASK.exec(text) ?? [];
      if (name !== undefined && Number(pid) !== processes.pid) found.push(`${name} (${String(pid)})`);
    }
    await child.exited;
  })();
  if ((await settledWithin(clock, ASKING_MS, reading)) === 'pending') child.kill();
  return found;
}

export async function diagnose(backend: Backend, host: Host, { waitedMs, attempts }: { readonly waitedMs: number; readonly attempts: number }): Promise<SetHolder> {
  const thisProcess = (creating.get(backend) ?? 0) > 0;
  const programs = backend.kind === 'native' ? await programsWithVss(host) : [];
  const who = thisProcess ? 'another session of this process creates a shadow copy'
    : programs.length > 0 ? `these programs use VSS: ${programs.join(', ')}`
    : 'another program creates one (Windows Server Backup, System Restore, a backup agent), or hangs with one begun';
  const text = `the machine's one shadow copy set was taken for ${String(Math.round(waitedMs / 1000))} s, asked ${String(attempts)} times: ${who}`;
  return { waitedMs, attempts, thisProcess, programs, text };
}
