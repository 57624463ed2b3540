/** What the four kinds of KTM objects have in common: a kernel handle that is closed once, and errors that explain themselves. */
import { StateError } from '../binding';
import type { KernelHandle } from '../binding/functions';
import type { KtmW32 } from '../binding/generated/ktm';
import type { Connection } from './connection';
import { explained } from './errors';

export abstract class KtmObject {
  private closing: Promise<void> | undefined;

  /** @param what for messages: `the transaction` */
  protected constructor(
    /** @internal */
    readonly connection: Connection,
    private readonly kernelHandle: KernelHandle,
    private readonly what: string,
  ) {
    connection.retain();
  }

  /** Whether Windows is simulated here. */
  get simulated(): boolean {
    return this.connection.simulated;
  }

  get closed(): boolean {
    return this.closing !== undefined;
  }

  /** The kernel handle, for flat functions. Throws StateError (ERR_CLOSED). */
  get handle(): KernelHandle {
    if (this.closing !== undefined) throw new StateError('ERR_CLOSED', `${this.what} is closed`);
    return this.kernelHandle;
  }

  /** CloseHandle. Idempotent. */
  close(): Promise<void> {
    return (this.closing ??= this.closeHandle());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected async call<T>(run: (functions: KtmW32, handle: KernelHandle) => Promise<T>): Promise<T> {
    const { handle } = this;
    return explained(run(this.connection.functions, handle));
  }

  private async closeHandle(): Promise<void> {
    try {
      await this.kernelHandle.close();
    } finally {
      await this.connection.release();
    }
  }
}
