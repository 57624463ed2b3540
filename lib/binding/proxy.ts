/** Objects with Windows' own methods, built from the interface tables over a Channel. */
import type { Channel } from './channel';
import { StateError } from './errors';
import { invoke } from './invoke';
import { memberName, operationName } from './table';
import type { InterfaceTable } from './table';
import { interfaceTable, methodsOf } from './tables';

/** The part that every proxy has besides its interface's methods. */
export interface ProxyObject {
  readonly channel: Channel;
  readonly handle: number;
  /** Runs the object's teardown list, then releases it; idempotent. Afterwards every method rejects with ERR_RELEASED. */
  release(): Promise<void>;
  /** What must happen to the object if nobody releases it (method names of its own interface, in order). */
  setTeardown(...methods: readonly string[]): void;
}

interface Target {
  readonly channel: Channel;
  readonly handle: number;
  /** Also set when another proxy has taken the object over. */
  released: boolean;
}
const targets = new WeakMap<ProxyObject, Target>();

/** Abandoned proxies are torn down and released when they are collected (design rule 5). */
const abandoned = new FinalizationRegistry<Target>((target) => {
  if (!target.released) void target.channel.release(target.handle);
});

/** What gave an object out lives as long as it does: a device set that nobody names any more is not abandoned while its device is in use. */
const origins = new WeakMap<object, object>();

const noHandle = (): never => {
  throw new TypeError('an interface method gives out no kernel handle');
};

/** The proxy of one object. `T` is the interface that `lib/binding/generated` declares for the table. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the table's interface, which no argument's type can name
export function createProxy<T>(channel: Channel, handle: number, table: InterfaceTable): T & ProxyObject {
  const target: Target = { channel, handle, released: false };
  const methods = methodsOf(table);
  // Weak: a call that waits for ever must not keep its object, which is abandoned when nobody else has it.
  const self: { origin?: WeakRef<object> } = {};
  const owners = {
    interface: (channel: Channel, child: number, name: string): unknown => {
      const given = createProxy<object>(channel, child, interfaceTable(name));
      const origin = self.origin?.deref();
      if (origin !== undefined) origins.set(given, origin);
      return given;
    },
    handle: noHandle,
  };
  const proxy: Record<string, unknown> & ProxyObject = {
    channel,
    handle,
    release: async () => {
      if (target.released) return;
      target.released = true;
      abandoned.unregister(target);
      await channel.release(handle);
    },
    setTeardown: (...names: readonly string[]) => {
      channel.setTeardown(handle, names.map((name) => {
        const found = methods.find(({ method }) => method.name === name);
        if (found === undefined) throw new RangeError(`${table.name} has no method ${name}`);
        return operationName(found.table, found.method);
      }));
    },
  };
  for (const { table: declaring, method } of methods) {
    const operation = operationName(declaring, method);
    const member = (...values: unknown[]): Promise<unknown> => {
      if (target.released) return Promise.reject(new StateError('ERR_RELEASED', `${operation}: the object has been released`));
      return invoke({ channel, handle, operation, parameters: method.parameters, owners }, values, member);
    };
    proxy[memberName(method)] = member;
  }
  self.origin = new WeakRef(proxy);
  abandoned.register(proxy, target, target);
  targets.set(proxy, target);
  return proxy as unknown as T & ProxyObject;
}

/**
 * The same object by an interface derived from the one that gave it out. The new proxy takes it over: the old one is spent.
 * Whether this Windows has the interface shows at the first call (E_NOINTERFACE).
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
export function queryInterface<T>(proxy: ProxyObject, name: string): T & ProxyObject {
  const target = targets.get(proxy);
  if (target === undefined || target.released) throw new StateError('ERR_RELEASED', `QueryInterface(${name}): the object has been released`);
  target.released = true;
  abandoned.unregister(target);
  const taken = createProxy<T>(proxy.channel, proxy.handle, interfaceTable(name));
  const origin = origins.get(proxy);
  if (origin !== undefined) origins.set(taken, origin);
  // Whatever the old one gave out is the new one's now.
  origins.set(proxy, taken);
  return taken;
}
