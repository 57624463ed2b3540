/** How a requester reaches the service: a channel of its own, in this process or in a child, with COM security set. */
import { ArgumentError, checkInteger, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Channel, Host } from '../binding';
import { isolatedBackend } from '../binding/isolated';
import { within } from './limits';
import { checkSecurity, initializeSecurity } from './security';
import type { SecurityOption } from './security';

export interface RequesterOptions {
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** Time, randomness and files. Default: the backend's. */
  readonly host?: Host;
  /** COM security of the process, set once; `host` leaves it alone. Default: what writers and shares need (facts/vss.md 2.9). */
  readonly security?: SecurityOption;
  /** `process`: the requester runs in a child process, so that this one's COM settings or a crash of VSS do not matter. Default `none`. */
  readonly isolation?: 'none' | 'process';
  /** Gives up. */
  readonly signal?: AbortSignal;
  readonly timeouts?: RequesterTimeouts;
}

export interface RequesterTimeouts {
  /** Milliseconds for any one call or asynchronous operation; default 600,000. */
  readonly operationMs?: number;
  /** Milliseconds for each step of the end (cancellation, AbortBackup, release); default 60,000. */
  readonly endMs?: number;
}

export const requesterOptionNames = ['backend', 'host', 'security', 'isolation', 'signal', 'timeouts'] as const;

const OPERATION_MS = 600_000;
const END_MS = 60_000;

export function checkDuration(field: string, value: number): void {
  if (value !== Infinity) checkInteger(field, value, 0, 0xffffffff);
}

export function checkSignal(field: string, signal: unknown): asserts signal is AbortSignal | undefined {
  // By its shape: one of another realm is no instance of this one's class.
  const fits = signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal);
  if (!fits) throw new ArgumentError(field, 'must be an AbortSignal');
}

/** Options that have been checked. */
export interface Machine {
  /** Where the requester runs: `base`, or a child process of its own. */
  readonly backend: Backend;
  readonly base: Backend;
  readonly host: Host;
  readonly security: SecurityOption;
  readonly signal: AbortSignal | undefined;
  readonly operationMs: number;
  readonly endMs: number;
}

/** Throws ArgumentError; nothing has been started. */
export async function machineOf(options: RequesterOptions): Promise<Machine> {
  const { security = {}, isolation = 'none', signal } = options;
  const { operationMs = OPERATION_MS, endMs = END_MS } = options.timeouts ?? {};
  checkSecurity(security);
  if (isolation !== 'none' && isolation !== 'process') throw new ArgumentError('isolation', `must be none or process, not ${String(isolation)}`);
  checkDuration('timeouts.operationMs', operationMs);
  checkDuration('timeouts.endMs', endMs);
  checkSignal('signal', signal);
  throwIfAborted(signal);
  const base = await resolveBackend(options.backend);
  const backend = isolation === 'process' ? isolatedBackend(base) : base;
  return { backend, base, host: options.host ?? base.host, security, signal, operationMs, endMs };
}

/** A channel on which components objects may be made. The caller closes it. */
export async function openRequester({ backend, host, security, signal, operationMs, endMs }: Machine): Promise<Channel> {
  const limits = { clock: host.clock, timeoutMs: operationMs, signal };
  const opening = backend.openChannel();
  try {
    const channel = await within(limits, 'the connection', opening);
    await within(limits, 'CoInitializeSecurity', initializeSecurity(channel, security));
    return channel;
  } catch (error) {
    await closeChannel({ host, endMs }, opening);
    throw error;
  }
}

/** Closes a channel, at most `endMs`; what a connection that is gone had is torn down by the other side. Never throws. */
export async function closeChannel({ host, endMs }: Pick<Machine, 'host' | 'endMs'>, channel: Channel | Promise<Channel>): Promise<boolean> {
  const closing = (async () => (await channel).close())();
  return new Promise((resolve) => {
    const disarm = host.clock.after(endMs, () => {
      resolve(false);
    });
    closing.catch(() => undefined).then(() => {
      disarm();
      resolve(true);
    }, () => undefined);
  });
}
