/** `winbackup machine`: runs a simulated machine as a process of its own, and looks at one that runs. */
import { Command, InvalidArgumentError } from 'commander';
import type { MachineControl } from '../simulator/client';
import type { Fault } from '../simulator/faults';
import { connectMachine, serveMachine } from '../simulator/machine-process';
import { integer, seconds, withEpilogue, withOutputOptions } from './arguments';
import type { OutputOptions } from './arguments';
import type { Io } from './io';
import type { Reporter } from './reporter';
import { reported } from './run';
import type { Exit } from './run';

export function machineCommand(io: Io, exit: Exit): Command {
  const machine = new Command('machine').description('Run a simulated Windows machine as a process of its own, and look at one that runs. Nothing of it is real but the files it names.');

  const run = machine
    .command('run', { isDefault: true })
    .description('run the machine that the file describes, until a signal ends it')
    .argument('<file>', 'description of the machine (JSON); its state is kept beside it');
  withOutputOptions(run).action((file: string, options: OutputOptions) => exit(serve(file, options, io)));

  /** A look at, or a hand on, a running machine. */
  const inspect = (name: string, description: string, argument: Argument | undefined, act: (control: MachineControl, reporter: Reporter, argument: never) => Promise<void>): void => {
    const command = machine.command(name).description(description).argument('<file>', 'the file of the running machine');
    if (argument !== undefined) command.argument(argument.name, argument.description, argument.parse);
    withOutputOptions(command).action((file: string, ...rest: readonly unknown[]) => {
      const options = rest[argument === undefined ? 0 : 1] as OutputOptions;
      return exit(reported(io, options, async (reporter) => {
        reporter.simulated = true;
        const control = await (await connectMachine(file)).openControl();
        try {
          await act(control, reporter, rest[0] as never);
        } finally {
          await control.close();
        }
      }));
    });
  };

  inspect('status', 'time, handles, memory and processes', undefined, async (control, reporter) => {
    const status = await control.status();
    const processes = await control.processes();
    const lines = processes.map(({ id, name, alive, handles }) => `  ${String(id).padStart(4)}  ${name}${alive ? `, ${String(handles)} handles` : ', dead'}`);
    reporter.say('status', [
      `time ${new Date(status.now).toISOString()} (${status.simulatedClock ? 'simulated' : 'real'} clock), seed ${String(status.seed)}`,
      `${String(status.handles)} open handles, ${String(status.areas)} shared memory areas`, 'processes:', ...lines,
    ].join('\n'), { ...status, processes });
  });
  inspect('calls', 'the latest calls, oldest first', undefined, async (control, reporter) => {
    for (const call of await control.calls()) {
      const answer = call.hresult === undefined ? 'no answer yet' : `0x${call.hresult.toString(16).padStart(8, '0')}`;
      reporter.say('call', `${String(call.sequence).padStart(6)}  process ${String(call.process)}  ${call.operation}  ${answer}`, { ...call });
    }
  });
  inspect('events', 'the event log', undefined, async (control, reporter) => {
    for (const entry of await control.events()) reporter.say('entry', Object.values(entry).map(String).join('  '), { ...entry });
  });
  inspect('faults', 'the faults that are set', undefined, async (control, reporter) => {
    for (const fault of await control.faults()) reporter.say('fault', JSON.stringify(fault), { ...fault });
  });
  inspect('fault', 'set a fault', { name: '<json>', description: '{"at":"IClientVirtualDevice::GetCommand","occurrence":2,"action":{"hresult":2155282436}}', parse: fault }, async (control, reporter, wanted: Fault) => {
    await control.addFault(wanted);
    reporter.say('fault', `set: ${JSON.stringify(wanted)}`, { ...wanted });
  });
  inspect('clear-faults', 'take all faults back', undefined, async (control, reporter) => {
    await control.clearFaults();
    reporter.say('faults-cleared', 'no faults are set');
  });
  inspect('kill', 'end a process of the machine', { name: '<process>', description: 'its number, or its name (sqlservr)', parse: processName }, async (control, reporter, process: number | string) => {
    await control.kill(process);
    reporter.say('killed', `ended: ${String(process)}`, { process });
  });
  inspect('power-cut', 'end every process at once', undefined, async (control, reporter) => {
    await control.powerCut();
    reporter.say('power-cut', 'the power was cut');
  });
  inspect('advance', 'move the time of a machine with a simulated clock', { name: '<seconds>', description: 'how far', parse: seconds }, async (control, reporter, by: number) => {
    const now = await control.advance(by * 1000);
    reporter.say('time', `time ${new Date(now).toISOString()}`, { now });
  });

  return withEpilogue(machine, 'winbackup machine machine.json', 'winbackup backup Sales --to sales.bak --machine machine.json', 'winbackup machine calls machine.json');
}

/** Serves the machine until a signal ends it, which is its normal end; its state is saved then. */
function serve(file: string, options: OutputOptions, io: Io): Promise<number> {
  return reported(io, options, async (reporter, signal) => {
    reporter.simulated = true;
    const served = await serveMachine(file);
    reporter.say('serving', `serving the machine of ${file} at ${served.pipe}`, { file, pipe: served.pipe });
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await served.close();
    reporter.say('ended', 'the machine has ended; its state is kept');
  });
}

interface Argument {
  readonly name: string;
  readonly description: string;
  readonly parse: (text: string) => unknown;
}

function fault(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be JSON, quoted for the shell.');
  }
}

const processName = (text: string): number | string => (/^\d+$/.test(text) ? integer(text) : text);
