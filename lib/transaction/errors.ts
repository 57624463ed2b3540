/** The monitor itself could not be opened, or must not do something. */
import { WinbackupError } from '../binding';

/** Nothing has been started. */
export class MonitorError extends WinbackupError {
  override readonly name = 'MonitorError';
  /** Another one has the directory; its log is of another machine, of another version, or not to be read; it is gone; it lives, and does not let this operator in. */
  readonly code: 'ERR_MONITOR_RUNNING' | 'ERR_MONITOR_FOREIGN' | 'ERR_MONITOR_VERSION' | 'ERR_MONITOR_DAMAGED' | 'ERR_MONITOR_NOT_RUNNING' | 'ERR_MONITOR_UNREACHABLE'
    | 'ERR_TRANSACTION_UNKNOWN';

  constructor(code: MonitorError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** A kernel transaction stayed prepared, or a snapshot set was being made, until the time to wait for it was over (facts/ktm-tmf-mts.md 2.6). */
export class SnapshotGuardError extends WinbackupError {
  override readonly name = 'SnapshotGuardError';
  readonly code = 'ERR_KTM_PREPARED_IN_SNAPSHOT';
}
