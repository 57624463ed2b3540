/** What a handle of the simulated machine stands for, and how its methods answer. */

/** A success code other than S_OK with its outputs: what a method returns in place of the outputs alone. */
export class SuccessCode {
  constructor(
    readonly hresult: number,
    readonly outputs: readonly unknown[] = [],
  ) {}
}

/** A method's out-parameters in order, now or later. */
export type Outputs<T extends readonly unknown[]> =
  | SuccessCode
  | (T extends readonly [] ? void | Promise<void | SuccessCode> : T | Promise<T | SuccessCode>);

/** Why an object ends: the owner let go, or its process died with it open. */
export type EndReason = 'released' | 'process-died';

/** An object with the methods of one interface table, named in camelCase; `call` finds them by that name. */
export abstract class KernelObject {
  /** The interface table's name, or a name of the machine's own (`SqlConnection`). */
  abstract readonly interfaceName: string;
  /** The last handle is gone. */
  abstract ended(reason: EndReason): void;
}

/** A failing HRESULT, thrown by a method; `outputs` are those that are valid on failure. */
export class Failure extends Error {
  constructor(
    readonly hresult: number,
    readonly outputs: readonly unknown[] = [],
  ) {
    super(`HRESULT 0x${(hresult >>> 0).toString(16)}`);
  }
}
