/** The frame around the commands that need Windows, or a simulated machine, and no SQL Server. */
import { resolveBackend } from '../binding/backend';
import type { Backend } from '../binding/backend';
import type { Host } from '../binding/host';
import { realHost } from '../binding/real-host';
import type { MachineControl } from '../simulator/client';
import { openMachine } from '../simulator/machine-process';
import type { OutputOptions } from './arguments';
import type { Io } from './io';
import type { Reporter } from './reporter';
import { reported } from './run';

export interface MachineOptions extends OutputOptions {
  readonly machine?: string;
}

export interface MachineWork {
  readonly backend: Backend;
  /** Time and files are real, whatever the machine is. */
  readonly host: Host;
  /** Of the machine that `--machine` names. */
  readonly control: MachineControl | undefined;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

export function machineRun(io: Io, options: MachineOptions, work: (context: MachineWork) => Promise<void>): Promise<number> {
  return reported(io, options, async (reporter, signal) => {
    const machine = options.machine === undefined ? undefined : await openMachine(options.machine);
    try {
      const backend = machine?.backend ?? (await resolveBackend(io.backend));
      reporter.simulated = backend.kind === 'simulated';
      const control = await machine?.openControl();
      try {
        await work({ backend, host: realHost, control, reporter, signal });
      } finally {
        await control?.close();
      }
    } finally {
      await machine?.close();
    }
  });
}
