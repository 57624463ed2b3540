/** What the flows take besides their own: connection, machine, time limits, progress, cancellation. */
import { ArgumentError, checkCallback, checkInteger, checkKnownFields, checkSignal, resolveBackend } from '../binding';
import type { Backend, Host, SqlConnection, SqlServer } from '../binding';
import { checkInstance } from './configuration';
import type { TransferProgress } from './progress';
import type { TransferTimeouts } from './transfer';

export interface TransferOptions {
  /** A connection is opened for the statement and closed again; a connection that is given stays open, and must be free meanwhile. */
  readonly sql: SqlServer | SqlConnection;
  /** Without the machine's name; null, the default, is the default instance. Must be the one that `sql` leads to. */
  readonly instance?: string | null;
  /**
   * Ends the transfer; it then rejects with AbortError, after everything has been ended and given back. A transfer that SQL Server reports as
   * successful all the same, because the signal came too late, resolves.
   */
  readonly signal?: AbortSignal;
  /** An error that it throws, or rejects with, ends the transfer as the signal does. It is not waited for. */
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly timeouts?: TransferTimeouts;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** Time, randomness and files. Default: the backend's. */
  readonly host?: Host;
}

export const transferOptionNames = ['sql', 'instance', 'signal', 'onProgress', 'timeouts', 'backend', 'host'] as const;

const ATTACH_MS = 60_000;
const END_MS = 30_000;

export function checkDuration(field: string, value: number): void {
  if (value !== Infinity) checkInteger(field, value, 0, 0xffffffff);
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

function checkSql(sql: unknown): void {
  if (!hasMethod(sql, 'connect') && !hasMethod(sql, 'execute')) throw new ArgumentError('sql', 'must be a SqlServer or a SqlConnection');
}

export function checkHost(host: Host | undefined): void {
  if (host === undefined) return;
  const { clock, random, files } = host as { readonly [K in keyof Host]?: unknown };
  if (!hasMethod(clock, 'after') || !hasMethod(random, 'uuid') || !hasMethod(files, 'open')) throw new ArgumentError('host', 'must be a Host');
}

/** Options that have been checked. Throws ArgumentError; nothing has been started. */
export interface CheckedOptions {
  readonly sql: SqlServer | SqlConnection;
  readonly instance: string | null;
  readonly attachMs: number;
  readonly endMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

export function checkTransferOptions(options: TransferOptions): CheckedOptions {
  const { sql, instance = null, timeouts = {}, signal, onProgress } = options;
  checkSql(sql);
  checkInstance('instance', instance);
  checkKnownFields('timeouts', timeouts, ['attachMs', 'endMs']);
  const { attachMs = ATTACH_MS, endMs = END_MS } = timeouts;
  checkDuration('timeouts.attachMs', attachMs);
  checkDuration('timeouts.endMs', endMs);
  checkSignal('signal', signal);
  checkCallback('onProgress', onProgress);
  checkHost(options.host);
  return { sql, instance, attachMs, endMs, signal, onProgress };
}

export interface Machine {
  readonly backend: Backend;
  readonly host: Host;
}

export async function machineOf(options: TransferOptions): Promise<Machine> {
  const backend = await resolveBackend(options.backend);
  return { backend, host: options.host ?? backend.host };
}

/** One or several, as a list. */
export function listOf<T>(field: string, value: T | readonly T[]): readonly T[] {
  const list = Array.isArray(value) ? (value as readonly T[]) : [value as T];
  checkInteger(`${field}.length`, list.length, 1, 64);
  return list;
}
