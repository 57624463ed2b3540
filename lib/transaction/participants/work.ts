/** The work of a participant that is done once, before the transaction ends: it has ended, however, before the participant does. */
import { StateError } from '../../binding';

export class Work<T> {
  private running: Promise<T> | undefined;
  private succeeded = false;

  /** @param what in errors: `the backup of Sales` */
  constructor(private readonly what: string) {}

  /** @throws StateError ERR_STATE the second time */
  async run(work: () => Promise<T>): Promise<T> {
    if (this.running !== undefined) throw new StateError('ERR_PARTICIPANT_RUN', `${this.what} has been run already`);
    this.running = work();
    const result = await this.running;
    this.succeeded = true;
    return result;
  }

  /** What was not done, or is still under way, cannot be committed. */
  check(): void {
    if (!this.succeeded) throw new StateError('ERR_PARTICIPANT_UNFINISHED', `${this.what} is not finished`);
  }

  /** Resolves when it has ended, or at once where it never began. */
  async ended(): Promise<void> {
    await this.running?.then(() => undefined, () => undefined);
  }
}
