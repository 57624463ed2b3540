/** A Host that is wholly simulated: with it, a run is a pure function of its seed. */
import type { ChildProcess, ForkedProcess, Host, Processes } from '../binding/host';
import { SimulatedClock } from './clock';
import { SimulatedDisk } from './disk';
import type { Keep } from './disk';
import { SeededRandom } from './random';

export interface ProgramContext {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the process is killed; a program that goes on after that is not heard. */
  readonly signal: AbortSignal;
}

interface Line {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A program that can be started: it yields its output line by line and returns its exit code. */
export type Program = (context: ProgramContext) => AsyncGenerator<Line, number>;

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Child processes that are functions of the test. A command that nobody has registered fails as a missing file does. */
export class SimulatedProcesses implements Processes {
  readonly pid = 1000;
  readonly machine = 'SIMULATED';
  private readonly programs = new Map<string, Program>();
  private readonly running = new Set<ChildProcess>();
  private nextPid = 1004;

  /** @param boot differs from one start of the machine to the next */
  constructor(private readonly boot = '1') {}

  identityOf(pid: number): string | undefined {
    const runs = pid === this.pid || [...this.running].some((child) => child.pid === pid);
    return runs ? `${String(pid)} ${this.boot}` : undefined;
  }

  /** Node modules are files of a real machine: there are none here, for workers neither. */
  fork(module: string): ForkedProcess {
    throw Object.assign(new Error(`fork ${module} ENOENT`), { code: 'ENOENT', syscall: `fork ${module}`, path: module });
  }

  startWorker(module: string): ForkedProcess {
    throw Object.assign(new Error(`worker ${module} ENOENT`), { code: 'ENOENT', syscall: `worker ${module}`, path: module });
  }

  register(command: string, program: Program): void {
    this.programs.set(command, program);
  }

  spawn(command: string, args: readonly string[], options: { readonly env?: Readonly<Record<string, string>> } = {}): ChildProcess {
    const program = this.programs.get(command);
    const child = new SimulatedChild(program === undefined ? -1 : this.nextPid);
    if (program === undefined) {
      child.end(Object.assign(new Error(`spawn ${command} ENOENT`), { code: 'ENOENT', syscall: `spawn ${command}`, path: command }));
      return child;
    }
    this.nextPid += 4;
    this.running.add(child);
    child.exited.then(() => this.running.delete(child), () => this.running.delete(child));
    void child.run(program({ args, env: options.env ?? {}, signal: child.signal }));
    return child;
  }

  killAll(): void {
    for (const child of this.running) child.kill();
  }
}

class SimulatedChild implements ChildProcess {
  readonly exited: Promise<Exit>;
  readonly lines: AsyncIterable<Line>;
  private readonly killer = new AbortController();
  private readonly written: Line[] = [];
  private settle: { readonly resolve: (exit: Exit) => void; readonly reject: (error: Error) => void } | undefined;
  private wake: () => void = () => undefined;

  constructor(readonly pid: number) {
    this.exited = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    // Whoever awaits `exited` later still gets the rejection; nobody is forced to.
    this.exited.catch(() => undefined);
    this.lines = this.read();
  }

  get signal(): AbortSignal {
    return this.killer.signal;
  }

  /** The program runs whether or not somebody reads what it writes. */
  async run(output: AsyncGenerator<Line, number>): Promise<void> {
    try {
      for (;;) {
        const next = await output.next();
        if (this.settle === undefined) return;
        if (next.done === true) {
          this.end({ code: next.value, signal: null });
          return;
        }
        this.written.push(next.value);
        this.wake();
      }
    } catch (error) {
      this.written.push({ stream: 'stderr', text: String(error) });
      this.end({ code: 1, signal: null });
    }
  }

  end(how: Exit | Error): void {
    if (how instanceof Error) this.settle?.reject(how);
    else this.settle?.resolve(how);
    this.settle = undefined;
    this.wake();
  }

  kill(): void {
    this.killer.abort();
    this.end({ code: null, signal: 'SIGTERM' });
  }

  private async *read(): AsyncGenerator<Line> {
    for (;;) {
      const line = this.written.shift();
      if (line !== undefined) yield line;
      else if (this.settle === undefined) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

export interface SimulatedHostOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Default: one that moves on whenever nothing else can run, because with this Host nothing outside is waited for. */
  readonly clock?: SimulatedClock;
  readonly files?: SimulatedDisk;
}

export class SimulatedHost implements Host {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly files: SimulatedDisk;
  readonly processes: SimulatedProcesses;

  constructor(options: SimulatedHostOptions = {}) {
    const seed = options.seed ?? 1;
    this.processes = new SimulatedProcesses(String(seed));
    this.clock = options.clock ?? new SimulatedClock({ autoAdvance: true });
    this.random = new SeededRandom(seed);
    this.files = options.files ?? new SimulatedDisk({ seed, clock: this.clock });
  }

  /** The disk stops, and every child process is gone. A machine with this Host does it when its power is cut. */
  powerCut(): void {
    this.files.powerCut();
    this.processes.killAll();
  }

  /**
   * The Host after a power cut and a restart, with what survived on the disk. Nothing of the old one, not even a program that still runs,
   * can reach it.
   * @param keep default: the seed's choice
   */
  restart(keep?: Keep): SimulatedHost {
    this.powerCut();
    const clock = this.clock.restart();
    return new SimulatedHost({ seed: this.random.next(), clock, files: this.files.afterPowerCut(keep, clock) });
  }
}
