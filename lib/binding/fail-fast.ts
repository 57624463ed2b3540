/**
 * Fail fast: after a broken invariant nothing in the process can be trusted, so it ends at once. An event is written, then a diagnostic
 * report, then the process is terminated without running any handler (seed 003; facts/ktm-tmf-mts.md 6.1, 6.4; design rule 8).
 */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { StateError } from './errors';
import { EVENT, EVENTLOG, EVENT_SOURCE } from './windows-host';

/** What is known of a broken invariant. */
export interface FailFastReport {
  /** The part of the program: `recovery log`, a component's name. */
  readonly component: string;
  readonly method?: string;
  /** What should have been true, or the exception that was not caught. */
  readonly condition: string;
  readonly stack: string;
}

/** The steps that a platform or an embedding host gives. All are synchronous: nothing can be waited for any more. */
export interface FailFastServices {
  /** Writes an error event with source `winbackup`. Its own failure is ignored. */
  reportEvent(text: string): void;
  /** Writes a diagnostic report. Its own failure is ignored. */
  writeReport(error: Error): void;
  /** Ends the process. If it returns, the process must not die (a test runner, an embedding host): the caller is poisoned instead. */
  terminate(report: FailFastReport): void;
}

/** What the native addon does for fail fast, on the thread that calls. */
export interface FailFastAddon {
  /** Writes to the application event log; the Win32 error, 0 for success. */
  reportEvent(source: string, type: number, eventId: number, text: string): number;
  /** Does not return: the process ends with STATUS_FAIL_FAST_EXCEPTION, 0xC0000602. */
  raiseFailFastException(): void;
}

/** The event as text: everything on record about the fault, one fact a line. */
export function failFastText({ component, method, condition, stack }: FailFastReport): string {
  return ['winbackup has found an internal error and ends this process (fail fast).', `Component: ${component}`, ...(method === undefined ? [] : [`Method: ${method}`]), `Condition: ${condition}`, stack].join('\n');
}

function endProcess(): void {
  // In a worker process.abort is refused; a signal to the own process is not (facts/ktm-tmf-mts.md 6.4). Windows knows no SIGABRT.
  if (isMainThread) process.abort();
  process.kill(process.pid, process.platform === 'win32' ? 'SIGKILL' : 'SIGABRT');
  // The signal may take a moment to arrive; no JavaScript may run meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Standard error stands in for the event log; the report goes where Node's `--report-directory` says. */
const plainServices: FailFastServices = {
  reportEvent: (text) => void writeSync(2, `${text}\n`),
  writeReport: (error) => void process.report.writeReport(error),
  terminate: endProcess,
};

/**
 * Windows' own: the application event log beside standard error, and RaiseFailFastException, which Windows Error Reporting and dumps follow.
 * Where the addon cannot be used, the event is on standard error alone and the process ends as elsewhere.
 */
export function windowsFailFastServices(addon: () => FailFastAddon, elsewhere: FailFastServices = plainServices): FailFastServices {
  return {
    ...elsewhere,
    reportEvent: (text) => {
      try {
        elsewhere.reportEvent(text);
      } finally {
        addon().reportEvent(EVENT_SOURCE, EVENTLOG.ERROR_TYPE, EVENT.FAIL_FAST, text);
      }
    },
    terminate: (report) => {
      try {
        addon().raiseFailFastException();
      } catch {
        // There is no addon.
      }
      elsewhere.terminate(report);
    },
  };
}

export const defaultFailFastServices: FailFastServices =
  process.platform === 'win32'
    ? // Loaded when it is needed: a program on a simulated machine has no addon.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      windowsFailFastServices(() => (require('./native') as typeof import('./native')).failFastAddon())
    : plainServices;

let services = defaultFailFastServices;

/** Replaces steps for the whole process; returns what undoes it. */
export function setFailFastServices(replacement: Partial<FailFastServices>): () => void {
  const before = services;
  services = { ...services, ...replacement };
  return () => {
    services = before;
  };
}

/** The process was told to fail fast, and lives only because its host replaced the last step. */
export class FailFastError extends StateError {
  readonly report: FailFastReport;

  constructor(report: FailFastReport) {
    super('ERR_FAIL_FAST', `${report.component}: ${report.condition}`);
    this.report = report;
  }
}

/** Does not return: the process ends, or, where the last step was replaced, FailFastError is thrown. */
export function failFast(report: FailFastReport): never {
  try {
    services.reportEvent(failFastText(report));
  } catch {
    // A failing event log must not keep a corrupted process alive.
  }
  try {
    services.writeReport(new FailFastError(report));
  } catch {
    // Nor may a failing report.
  }
  services.terminate(report);
  throw new FailFastError(report);
}

/** Checks an invariant of the package's own. For anything that a caller or the outside can cause, throw a typed error instead. */
export function invariant(condition: boolean, component: string, text: string): asserts condition {
  if (!condition) failFast({ component, condition: text, stack: new Error(text).stack ?? '' });
}
