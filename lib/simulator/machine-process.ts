/**
 * A machine described by a file, served on a private pipe so that other processes can use it and look at it. Its state is kept beside the
 * file, in the directory `<file>.state`, by which clients also find the pipe.
 */
import type { Backend } from '../binding/backend';
import { StateError } from '../binding/errors';
import type { ElsewhereBackend } from '../binding/isolated';
import type { Host } from '../binding/host';
import { realHost } from '../binding/real-host';
import { MachineControl } from './client';
import { SimulatedClock } from './clock';
import { SimulatedWindows } from './machine';
import { readMachineFile } from './machine-file';
import { MachineState } from './machine-state';
import { PipeChannel, servePipe } from './transport/pipe';

/** A machine of a file, wherever it runs. */
export interface MachineOfFile {
  /** For the flows; its Host is the real one, whatever the machine's own time is. */
  readonly backend: Backend;
  /** Sees and steers it; the caller closes it. */
  openControl(): Promise<MachineControl>;
  /** Ends the machine where it is this process's own, after its state is saved; else only lets go of it. */
  close(): Promise<void>;
}

export interface ServedMachine extends MachineOfFile {
  readonly machine: SimulatedWindows;
  /** Where clients connect. */
  readonly pipe: string;
}

/**
 * Runs the machine that the file describes, in this process, and serves it to others until `close`.
 * Rejects with ArgumentError (the field of the file), or with a StateError of the code ERR_MACHINE_RUNNING when it runs already.
 */
export async function serveMachine(file: string): Promise<ServedMachine> {
  const description = await readMachineFile(file, realHost.files);
  const host: Host = description.clock === 'simulated' ? { ...realHost, clock: new SimulatedClock() } : realHost;
  const machine = new SimulatedWindows({
    seed: description.seed, host, ...description.vss, ...(description.instances === undefined ? {} : { instances: description.instances }),
  });
  let begin: () => void = () => undefined;
  const served = await servePipe(machine, new Promise<void>((resolve) => (begin = resolve)));
  let state: MachineState;
  try {
    state = await MachineState.open(realHost, file, { machine, instances: description.instances, pipe: served.path, answers });
  } catch (error) {
    await served.close();
    throw error;
  }
  for (const fault of description.faults) machine.faults.add(fault);
  begin();
  const end = async (): Promise<void> => {
    await served.close();
    await machine.vss.removed();
    await state.close();
  };
  let ended: Promise<void> | undefined;
  return {
    machine,
    pipe: served.path,
    backend: { kind: 'simulated', host: realHost, elsewhere: elsewhere(served.path), openChannel: () => machine.openChannel() },
    openControl: () => Promise.resolve(machine.openControl()),
    close: () => (ended ??= end()),
  };
}

/**
 * The running machine of that file, or at the other end of that pipe. Rejects with a StateError of the code ERR_MACHINE_NOT_RUNNING.
 * Calls on its channels reject with ERR_CHANNEL_CLOSED once the machine is gone.
 */
export async function connectMachine(fileOrPipe: string): Promise<Backend & MachineOfFile> {
  const pipe = (await isPipe(fileOrPipe)) ? fileOrPipe : await MachineState.pipeOf(fileOrPipe, realHost.files);
  const notRunning = (cause?: unknown): StateError => new StateError('ERR_MACHINE_NOT_RUNNING', `no simulated machine runs for ${fileOrPipe}`, { cause });
  if (pipe === undefined || !(await answers(pipe))) throw notRunning();
  const connect = (process: string | null): Promise<PipeChannel> => PipeChannel.connect(pipe, { process }).catch((error: unknown) => {
    throw notRunning(error);
  });
  const backend: Backend = { kind: 'simulated', host: realHost, elsewhere: elsewhere(pipe), openChannel: () => connect('client') };
  return {
    ...backend,
    backend,
    openControl: async () => new MachineControl(await connect(null)),
    close: () => Promise.resolve(),
  };
}

/** The machine of that file: the one that runs, or else one in this process, for as long as it is open. */
export async function openMachine(file: string): Promise<MachineOfFile> {
  try {
    return await connectMachine(file);
  } catch (error) {
    if (error instanceof StateError && error.code === 'ERR_MACHINE_NOT_RUNNING') return serveMachine(file);
    throw error;
  }
}

/** For requesters in child processes. */
const elsewhere = (pipe: string): ElsewhereBackend => ({ module: __filename, export: 'connectMachine', argument: pipe });

async function isPipe(path: string): Promise<boolean> {
  if (path.startsWith('\\\\.\\pipe\\')) return true;
  const info = await realHost.files.stat(path);
  return info !== undefined && !info.isFile && !info.isDirectory;
}

async function answers(pipe: string): Promise<boolean> {
  try {
    await (await PipeChannel.connect(pipe, { process: null })).close();
    return true;
  } catch {
    return false;
  }
}
