/**
 * What a machine of a file leaves beside it, in the directory `<file>.state`: where it is served while it runs, and what the next run goes on
 * with. One process at a time owns it.
 */
import { deserialize, serialize } from 'node:v8';
import { StateError, errorCode } from '../binding/errors';
import { delay } from '../binding/host';
import type { Files, Host } from '../binding/host';
import type { EventLogEntry } from './event-log';
import type { SimulatedWindows } from './machine';
import type { KeptSnapshot } from './vss';
import type { InstanceOptions } from './sql-server';
import { InstanceKeeper } from './sql-server/kept-state';
import type { KeptInstances } from './sql-server/kept-state';

const RUNNING = 'running.json';
const STATE = 'state';
/** Of the layout of the state file. */
const STATE_VERSION = 1;
/** How long a process may take between creating the file and having written it. */
const ANNOUNCEMENT_MS = 500;

interface SavedState {
  readonly version: number;
  readonly events: readonly EventLogEntry[];
  readonly instances: KeptInstances;
  /** Absent in the state of a machine that had no shadow copies yet. */
  readonly snapshots?: readonly KeptSnapshot[];
}

function isSavedState(value: unknown): value is SavedState {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === STATE_VERSION;
}

export interface StateOwner {
  readonly machine: SimulatedWindows;
  /** As the machine was made with them. */
  readonly instances: readonly InstanceOptions[] | undefined;
  /** Where it is served. */
  readonly pipe: string;
  /** Whether somebody answers at a pipe. */
  readonly answers: (pipe: string) => Promise<boolean>;
}

export class MachineState {
  private saving: Promise<void> = Promise.resolve();
  private again = false;
  private failure: unknown;

  private readonly files: Files;
  private readonly keeper: InstanceKeeper;

  private constructor(
    private readonly host: Host,
    private readonly directory: string,
    private readonly machine: SimulatedWindows,
    instances: readonly InstanceOptions[] | undefined,
  ) {
    this.files = host.files;
    this.keeper = new InstanceKeeper(machine, host.files, directory, instances);
  }

  static directoryOf(file: string, files: Files): string {
    return `${files.resolve(file)}.state`;
  }

  /** The pipe that the machine of `file` is served on, if somebody said so; it may be gone without having taken that back. */
  static async pipeOf(file: string, files: Files): Promise<string | undefined> {
    const running = `${MachineState.directoryOf(file, files)}/${RUNNING}`;
    if ((await files.stat(running)) === undefined) return undefined;
    const value: unknown = JSON.parse(new TextDecoder().decode(await readAll(files, running)));
    return typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'string' ? value.pipe : undefined;
  }

  /**
   * Takes the state into possession, loads it into the machine, and keeps it saved from now on.
   * Rejects with a StateError: ERR_MACHINE_RUNNING while another process has it, ERR_MACHINE_STATE when it cannot be read.
   */
  static async open(host: Host, file: string, { machine, instances, pipe, answers }: StateOwner): Promise<MachineState> {
    const state = new MachineState(host, MachineState.directoryOf(file, host.files), machine, instances);
    await host.files.makeDirectory(state.directory);
    await state.claim(file, pipe, answers);
    try {
      await state.load();
    } catch (error) {
      await host.files.remove(state.path(RUNNING));
      throw error;
    }
    machine.eventLog.watch(() => state.saveSoon());
    return state;
  }

  /** Saves, and lets go. Rejects when something could not be saved. */
  async close(): Promise<void> {
    this.saveSoon();
    await this.saving;
    await this.files.remove(this.path(RUNNING));
    if (this.failure !== undefined) throw new StateError('ERR_MACHINE_STATE', `the state of the simulated machine could not be saved in ${this.directory}`, { cause: this.failure });
  }

  private path(name: string): string {
    return `${this.directory}/${name}`;
  }

  private async claim(file: string, pipe: string, answers: StateOwner['answers']): Promise<void> {
    const announcement = new TextEncoder().encode(JSON.stringify({ pipe }));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const running = await this.files.open(this.path(RUNNING), 'create');
        await running.write(announcement, 0);
        await running.close();
        return;
      } catch (error) {
        if (!(errorCode(error) === 'EEXIST')) throw error;
      }
      const other = await MachineState.pipeOf(file, this.files).catch(() => undefined);
      if (other !== undefined && (await answers(other))) throw new StateError('ERR_MACHINE_RUNNING', `the simulated machine of ${file} runs already`);
      // Somebody has just created it and will have written it in a moment, or was killed.
      if (other === undefined && attempt === 1) await delay(this.host.clock, ANNOUNCEMENT_MS);
      else await this.files.remove(this.path(RUNNING));
    }
  }

  private async load(): Promise<void> {
    if ((await this.files.stat(this.path(STATE))) === undefined) return;
    let saved: unknown;
    try {
      saved = deserialize(Buffer.from(await readAll(this.files, this.path(STATE))));
    } catch (error) {
      throw new StateError('ERR_MACHINE_STATE', `the state of the simulated machine cannot be read; remove ${this.directory} to begin anew`, { cause: error });
    }
    if (!isSavedState(saved)) throw new StateError('ERR_MACHINE_STATE', `the state of the simulated machine is of another version; remove ${this.directory} to begin anew`);
    this.machine.eventLog.load(saved.events);
    await this.keeper.load(saved.instances);
    this.machine.vss.load(saved.snapshots ?? []);
  }

  /** One save at a time; what changes meanwhile is saved after it. */
  private saveSoon(): void {
    if (this.again) return;
    this.again = true;
    this.saving = this.saving.then(async () => {
      this.again = false;
      try {
        await this.save();
      } catch (error) {
        this.failure = error;
      }
    });
  }

  private async save(): Promise<void> {
    const instances = await this.keeper.keep();
    const state: SavedState = { version: STATE_VERSION, events: this.machine.eventLog.entries, instances, snapshots: this.machine.vss.kept() };
    const temporary = this.path(`${STATE}.new`);
    await this.files.remove(temporary).catch(() => undefined);
    const file = await this.files.open(temporary, 'create');
    try {
      await file.write(serialize(state), 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.files.rename(temporary, this.path(STATE));
    await this.files.syncDirectory(this.directory);
    await this.keeper.clean(instances);
  }
}

/** A whole file. */
export async function readAll(files: Files, file: string): Promise<Uint8Array> {
  const open = await files.open(file, 'read');
  try {
    const bytes = new Uint8Array(await open.size());
    for (let done = 0; done < bytes.byteLength;) {
      const count = await open.read(bytes.subarray(done), done);
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  } finally {
    await open.close();
  }
}
