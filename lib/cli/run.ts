/** The frame around every command: connection, signals, report, exit code. */
import type { Backend } from '../binding/backend';
import type { Host } from '../binding/host';
import type { SqlServer } from '../binding/sql';
import type { ConnectionOptions, OutputOptions } from './arguments';
import { connect } from './connection';
import { EXIT, exitCodeOf } from './exit-codes';
import { interruptible } from './interruption';
import type { Io } from './io';
import { Reporter } from './reporter';
import type { ReporterOptions } from './reporter';

/** Takes the exit code of a command's action. */
export type Exit = (code: Promise<number>) => Promise<void>;

export interface Work {
  readonly backend: Backend;
  /** Time and files are real, whatever the machine is. */
  readonly host: Host;
  readonly sql: SqlServer;
  /** As Connection's. */
  readonly sqlOf: (instance: string | null) => SqlServer;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Reports whatever `work` throws and turns it into the exit code. */
export async function reported(io: Io, options: ReporterOptions, work: (reporter: Reporter, signal: AbortSignal) => Promise<void>): Promise<number> {
  const reporter = new Reporter(io, options);
  try {
    await interruptible(io, (text, signal) => reporter.say('signal', text, { signal }), (signal) => work(reporter, signal));
    reporter.clearBar();
    return EXIT.success;
  } catch (error) {
    const code = exitCodeOf(error);
    reporter.error(error, code);
    return code;
  }
}

/** A command that speaks to SQL Server: connected before `work`, disconnected after it, however it ends. */
export function connectedRun(io: Io, options: ConnectionOptions & OutputOptions & ReporterOptions, work: (context: Work) => Promise<void>): Promise<number> {
  return reported(io, options, async (reporter, signal) => {
    const { backend, simulated, sql, sqlOf, close } = await connect(options, io);
    reporter.simulated = simulated;
    try {
      await work({ backend, host: backend.host, sql, sqlOf, reporter, signal });
    } finally {
      await close();
    }
  });
}
