// Points at which a crash test can strike: what is written to the transaction log, and every call of a participant.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Files, Host, OpenFile } from '../../lib/binding';
import { TRANSACTION_CHANNEL } from '../../lib/transaction/events';
import type { PublishedMonitorEvent } from '../../lib/transaction/events';

/** Called before and after each write, with what it is. */
type Strike = (point: string) => void;

const FILE_CHANGES = ['write', 'sync', 'truncate'] as const;
const CHANGES = ['rename', 'remove', 'makeDirectory', 'removeDirectory', 'syncDirectory', 'copy', 'copyTimes'] as const;

/** The Host, with every change of a file below one of these directories told. */
export function tellChanges(host: Host, below: readonly string[], strike: Strike): Host {
  const { clock, random, processes, files } = host;
  const concerns = (path: string): boolean => below.some((directory) => files.resolve(path).startsWith(directory));
  const around = async <T>(point: string, change: () => Promise<T>): Promise<T> => {
    strike(`before ${point}`);
    const result = await change();
    strike(`after ${point}`);
    return result;
  };
  const told: Record<string, unknown> = {};
  for (const name of CHANGES) {
    told[name] = (path: string, ...rest: readonly string[]): Promise<void> => {
      const change = (): Promise<void> => Reflect.apply(files[name], files, [path, ...rest]) as Promise<void>;
      return concerns(path) ? around(name, change) : change();
    };
  }
  const open: Files['open'] = async (path, mode) => {
    const file = mode === 'create' && concerns(path) ? await around('create', () => files.open(path, mode)) : await files.open(path, mode);
    if (mode === 'read' || !concerns(path)) return file;
    const toldFile: Record<string, unknown> = {};
    for (const name of FILE_CHANGES) toldFile[name] = (...args: never[]) => around(name, () => Reflect.apply(file[name], file, args) as Promise<void>);
    return new Proxy(file, { get: (target, name: keyof OpenFile) => toldFile[name] ?? bound(target, name) });
  };
  return { clock, random, processes, files: new Proxy(files, { get: (target, name: keyof Files) => (name === 'open' ? open : told[name] ?? bound(target, name)) }) };
}

const bound = <T extends object>(target: T, name: keyof T): unknown => {
  const member: unknown = target[name];
  return typeof member === 'function' ? (member.bind(target) as unknown) : member;
};

/** Every call of a participant, until the returned function is called. */
export function tellParticipants(strike: Strike): () => void {
  const listener = (message: unknown): void => {
    const event = message as PublishedMonitorEvent;
    if (event.type === 'participant') strike(`${event.phase} ${event.participant} ${event.outcome}`);
  };
  subscribe(TRANSACTION_CHANNEL, listener);
  return () => unsubscribe(TRANSACTION_CHANNEL, listener);
}
