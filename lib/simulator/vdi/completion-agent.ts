/** SQL Server's thread that runs the completion routines (VDI spec, ExecuteCompletionAgent; seed 000: the notification agent). */
import type { VDS_Command } from './server';

export class CompletionAgent {
  private readonly completed: VDS_Command[] = [];
  private finish: ((error?: unknown) => void) | undefined;
  private draining = false;
  private ending = false;

  /** @param failed a completion routine threw: SQL Server's own broken invariant */
  constructor(private readonly failed: () => void) {}

  get running(): boolean {
    return this.finish !== undefined;
  }

  /** Runs until `end`; rejects with what a completion routine threw. */
  execute(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.finish = (error) => {
        this.finish = undefined;
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('a completion routine threw', { cause: error }));
      };
      this.drainSoon();
    });
  }

  /** The command is complete; its routine runs as soon as the thread gets its turn, in the order of completion. */
  post(command: VDS_Command): void {
    this.completed.push(command);
    this.drainSoon();
  }

  /** Returns from `execute` once every routine that is due has run. */
  end(): void {
    this.ending = true;
    this.drainSoon();
  }

  private drainSoon(): void {
    if (this.draining || this.finish === undefined) return;
    this.draining = true;
    queueMicrotask(() => {
      this.drain();
    });
  }

  private drain(): void {
    let error: unknown;
    for (let command = this.completed.shift(); command !== undefined; command = this.completed.shift()) {
      try {
        command.completionRoutine(command);
      } catch (thrown) {
        error ??= thrown;
        this.failed();
      }
    }
    this.draining = false;
    if (this.ending || error !== undefined) this.finish?.(error);
  }
}
