/**
 * The one place where the machine's asynchronous answers wait for their turn. By default they leave in order; a test that owns the
 * scheduler chooses which pending answer comes next.
 */

interface Entry {
  readonly label: string;
  readonly run: () => void;
}

/** Answers given in a row before the event loop gets its turn (timers and I/O of the program around the machine). */
const LONGEST_BURST = 256;

export class Scheduler {
  private readonly queue: Entry[] = [];
  private owned = false;
  private draining = false;
  private burst = 0;

  /** Puts an answer in line. */
  post(label: string, run: () => void): void {
    this.queue.push({ label, run });
    if (!this.owned) this.drainSoon();
  }

  /** From now on nothing runs by itself: `pending` lists what could, `step` lets one go. */
  own(): void {
    this.owned = true;
  }

  /** Everything in line leaves, in order, and so it goes on. */
  disown(): void {
    this.owned = false;
    this.drainSoon();
  }

  get pending(): readonly string[] {
    return this.queue.map(({ label }) => label);
  }

  /** Lets the answer at `index` go, then waits until whatever it woke has posted its own. */
  async step(index = 0): Promise<void> {
    const [entry] = this.queue.splice(index, 1);
    if (entry === undefined) throw new RangeError(`no pending answer at ${String(index)}`);
    entry.run();
    await settled();
  }

  private drainSoon(): void {
    if (this.draining || this.queue.length === 0) return;
    this.draining = true;
    if (this.burst >= LONGEST_BURST) {
      this.burst = 0;
      setImmediate(() => {
        this.drain();
      });
    } else {
      queueMicrotask(() => {
        this.drain();
      });
    }
  }

  private drain(): void {
    this.draining = false;
    if (this.owned) return;
    const entry = this.queue.shift();
    if (entry === undefined) return;
    this.burst += 1;
    entry.run();
    this.drainSoon();
  }
}

/** Resolves once everything that can run without a timer or outside event has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
