/**
 * A VSS requester that will be abandoned in the middle: its environment ends, or it is collected. As a Worker it uses the machine of its
 * maker. It loads little beside the addon's own modules, because under Wine each one costs time (`vss-abandoned-program.ts` has the rest).
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Backend } from '../../lib/binding/backend';
import { nativeBackend } from '../../lib/binding/native';
import { GUID_NULL, VSS_BACKUP_TYPE } from '../../lib/binding/vss-codes';
import { VssBackupComponents } from '../../lib/vss/backup-components';

/** Where the requester is when it is abandoned; `aborts`: what it has started must be aborted (facts/vss.md 2.3). */
export const states = {
  'with an object that it has initialized': { aborts: false },
  'while it reads the metadata of a writer': { aborts: false },
  'after StartSnapshotSet': { aborts: true },
  'after PrepareForBackup': { aborts: true },
  'waiting for DoSnapshotSet': { aborts: true },
  'with a copy': { aborts: true },
  'while an abort is under way': { aborts: true },
} as const;
export type State = keyof typeof states;
export const stateNames = Object.keys(states) as State[];

/** What the requester asks of its surroundings on the way. */
export interface Surroundings {
  /** The named call is waiting in the machine. */
  waits(operation: string): Promise<void>;
  /** Time passes, until the named call has been answered. */
  passes(operation: string): Promise<void>;
}

/** An answer that nobody reads any more. */
const ignored = (call: Promise<unknown>): void => void call.catch(() => undefined);

/** Brings a requester to the state, and leaves it there. */
export async function enter(state: State, backend: Backend, surroundings: Surroundings): Promise<unknown> {
  const components = await VssBackupComponents.create({ backend });
  await components.initializeForBackup(null);
  await components.setBackupState(false, false, VSS_BACKUP_TYPE.COPY, false);
  if (state === 'with an object that it has initialized') return components;
  await components.gatherWriterMetadata();
  if (state === 'while it reads the metadata of a writer') {
    const { metadata } = await components.getWriterMetadata(0);
    const component = await metadata.getComponent(0);
    return [components, metadata, component, await component.getFile(0)];
  }
  await components.startSnapshotSet();
  await components.addToSnapshotSet('C:\\', GUID_NULL);
  if (state === 'after StartSnapshotSet') return components;
  await components.prepareForBackup();
  if (state === 'after PrepareForBackup') return components;
  const snapshot = components.doSnapshotSet();
  ignored(snapshot);
  await surroundings.waits('IVssAsync::Wait');
  if (state === 'waiting for DoSnapshotSet') return components;
  if (state === 'with a copy') {
    await surroundings.passes('IVssAsync::Wait');
    await snapshot;
    return components;
  }
  ignored(components.abortBackup());
  return components;
}

/** The Worker: its maker answers each request by a message. */
async function asWorker(port: NonNullable<typeof parentPort>, { state }: { state: State }): Promise<void> {
  const ask = (...request: [what: 'waits' | 'passes', operation: string]): Promise<void> =>
    new Promise((resolve) => {
      port.once('message', () => {
        resolve();
      });
      port.postMessage(request);
    });
  const kept = await enter(state, nativeBackend(), { waits: (operation) => ask('waits', operation), passes: (operation) => ask('passes', operation) });
  port.once('message', (end: 'exit' | 'fail') => {
    if (end === 'exit') process.exit();
    throw new Error('abandoned', { cause: kept });
  });
  port.postMessage('ready');
}

if (parentPort !== null) void asWorker(parentPort, workerData as { state: State });
