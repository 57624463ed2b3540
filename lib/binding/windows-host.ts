/**
 * Host services of Windows, the small fourth part of the contract: the application event log and the privileges of the process. Fail fast,
 * the third of them, is in fail-fast.ts, because it can wait for no channel.
 */
import { MACHINE } from './channel';
import type { Channel } from './channel';
import { checkString, checkU32 } from './check';
import { WIN32, failed, hresultFromWin32 } from './codes';
import type { Backend } from './backend';
import { AbortError, ArgumentError, WindowsError, errorCode } from './errors';
import { delay } from './host';
import type { Host } from './host';
import { createProxy } from './proxy';
import type { InterfaceTable } from './table';

/** Types of an event (winnt.h). */
export const EVENTLOG = { ERROR_TYPE: 1, WARNING_TYPE: 2, INFORMATION_TYPE: 4 } as const;

/** The source of everything that this package writes to the event log. Nobody needs to register it (facts/ktm-tmf-mts.md 6.4). */
export const EVENT_SOURCE = 'winbackup';

/** This package's events. */
export const EVENT = {
  /** A broken invariant, or an exception that a component did not catch: the process ends. */
  FAIL_FAST: 1,
  /** A backup, a restore, a session or a recovery failed. */
  FAILURE: 2,
} as const;

export interface Event {
  /** One of EVENTLOG. */
  readonly type: number;
  /** One of EVENT. */
  readonly eventId: number;
  /** Longer texts are cut at 31,838 characters. */
  readonly text: string;
}

/**
 * Writes to the application event log of the machine behind the channel.
 * @throws ArgumentError for a bad field; WindowsError when the log cannot be written
 */
export async function reportEvent(channel: Channel, { type, eventId, text }: Event): Promise<void> {
  if (!Object.values(EVENTLOG).some((known) => known === type)) throw new ArgumentError('type', `must be one of EVENTLOG, not ${String(type)}`);
  checkU32('eventId', eventId);
  checkString('text', text);
  const { hresult } = await channel.call(MACHINE, 'Host::ReportEvent', [EVENT_SOURCE, type, eventId, text]);
  if (failed(hresult)) throw new WindowsError('ReportEvent', hresult, { byWin32Name: true });
}

/** How long a failure waits for the event log, in milliseconds: a log that hangs must not keep the error from its caller. */
const REPORT_LIMIT_MS = 5000;

/**
 * Writes how a flow ended without success to the application event log: an error, or a warning when its caller cancelled it (seed 000, V3).
 * Never rejects: the caller is on its way to throw what it knows, and a log that fails must not hide it.
 */
export async function reportFailure(backend: Backend, host: Host, error: Error): Promise<void> {
  const write = async (): Promise<void> => {
    const channel = await backend.openChannel();
    try {
      await reportEvent(channel, {
        type: error instanceof AbortError ? EVENTLOG.WARNING_TYPE : EVENTLOG.ERROR_TYPE, eventId: EVENT.FAILURE, text: failureText(error),
      });
    } finally {
      await channel.close();
    }
  };
  const limit = new AbortController();
  await Promise.race([write(), delay(host.clock, REPORT_LIMIT_MS, limit.signal)]).catch(() => undefined);
  limit.abort();
}

/** An error with its code, and what caused it where that says more. U+0000, which no LPCWSTR can hold, is shown as U+FFFD. */
function failureText(error: Error): string {
  const code = errorCode(error);
  const lines = [`${error.message}${code === undefined ? '' : ` [${code}]`}`];
  for (let cause = error.cause; cause instanceof Error && lines.length < 10; cause = cause.cause) {
    if (!lines.at(-1)?.includes(cause.message)) lines.push(`Cause: ${cause.message}`);
  }
  return lines.join('\n').replaceAll('\0', '\ufffd');
}

/** Privileges that a backup agent needs, and that an administrator holds but has not enabled. */
export type PrivilegeName =
  /** Reads every file, past its security descriptor. */
  | 'SeBackupPrivilege'
  /** Writes every file, its owner and security descriptor. */
  | 'SeRestorePrivilege'
  /** Reads and writes audit entries (SACLs). */
  | 'SeSecurityPrivilege';
const privilegeNames: readonly string[] = ['SeBackupPrivilege', 'SeRestorePrivilege', 'SeSecurityPrivilege'] satisfies readonly PrivilegeName[];

const privilege: InterfaceTable = { name: 'Privilege', iid: '00000000-0000-0000-0000-000000000000', base: null, methods: [] };

/** Privileges that are enabled in the process's token until `close`. */
export interface HeldPrivileges {
  /** Disables them again, unless they were enabled before or somebody else holds them still. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Enables privileges for the whole process. All or none are enabled.
 * @throws ArgumentError for a name that is none; WindowsError ERROR_NOT_ALL_ASSIGNED when the account of the process does not hold one, with
 * its name in the message
 */
export async function enablePrivileges(channel: Channel, ...names: readonly PrivilegeName[]): Promise<HeldPrivileges> {
  for (const name of names) if (!privilegeNames.includes(name)) throw new ArgumentError('names', `must be from ${privilegeNames.join(', ')}, not ${name}`);
  const held: { release(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(held.splice(0).map((one) => one.release()));
  };
  for (const name of names) {
    const { hresult, outputs } = await channel.call(MACHINE, 'Host::EnablePrivilege', [name]);
    if (failed(hresult)) {
      await close();
      const hint = hresult === hresultFromWin32(WIN32.ERROR_NOT_ALL_ASSIGNED) ? `the account of this process does not hold ${name}: run as administrator or LocalSystem` : name;
      throw new WindowsError('AdjustTokenPrivileges', hresult, { byWin32Name: true, hint });
    }
    held.push(createProxy(channel, outputs[0] as number, privilege));
  }
  return { close, [Symbol.asyncDispose]: close };
}
