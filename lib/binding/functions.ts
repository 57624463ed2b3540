/** Flat functions of a DLL, built from a function table over a Channel, and the kernel handles that they give out. */
import type { Channel } from './channel';
import { MACHINE } from './channel';
import { invoke } from './invoke';
import type { HandleOwner } from './marshal';
import { givenHandle } from './table';
import type { FunctionTable, Parameter } from './table';

/** A kernel handle. Closed once, by `close` or, when it was forgotten, when it is collected. */
export interface KernelHandle extends HandleOwner {
  /** Runs the handle's teardown list, then CloseHandle. Idempotent. */
  close(): Promise<void>;
  /** What must happen before the handle is closed if nobody closes it: operations of its table that take the handle alone. */
  setTeardown(...operations: readonly string[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Target {
  readonly channel: Channel;
  readonly handle: number;
  closed: boolean;
}

/** Abandoned handles are torn down and closed when they are collected (design rule 5). */
const abandoned = new FinalizationRegistry<Target>((target) => {
  if (!target.closed) void target.channel.release(target.handle);
});

function createHandle(channel: Channel, handle: number, of: string): KernelHandle {
  const target: Target = { channel, handle, closed: false };
  const close = async (): Promise<void> => {
    if (target.closed) return;
    target.closed = true;
    abandoned.unregister(target);
    await channel.release(handle);
  };
  const owner: KernelHandle = {
    channel,
    handle,
    of,
    get closed() {
      return target.closed;
    },
    close,
    setTeardown: (...operations) => {
      channel.setTeardown(handle, operations);
    },
    [Symbol.asyncDispose]: close,
  };
  abandoned.register(owner, target, target);
  return owner;
}

const owners = {
  interface: (): never => {
    throw new TypeError('a flat function gives out no interface');
  },
  handle: createHandle,
};

/** All functions of the table, in camelCase, as methods of one object. `T` is the interface that `lib/binding/generated` declares for it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the table's interface, which no argument's type can name
export function createFunctions<T>(channel: Channel, table: FunctionTable): T {
  const members: Record<string, unknown> = {};
  for (const entry of table.functions) {
    const { name, parameters } = entry;
    const of = givenHandle(entry);
    const result: Parameter | undefined = of === undefined ? undefined : { name: 'handle', type: { kind: 'handle', of }, direction: 'out' };
    const member = (...values: unknown[]): Promise<unknown> =>
      invoke({ channel, handle: MACHINE, operation: `${table.name}::${name}`, parameters, owners, flat: true, ...(result === undefined ? {} : { result }) }, values, member);
    members[name.charAt(0).toLowerCase() + name.slice(1)] = member;
  }
  return members as T;
}
