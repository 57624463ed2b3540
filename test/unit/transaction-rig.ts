/** A transaction monitor on a simulated Host, and participants whose work is a file on its disk. */
import type { Host } from '../../lib/binding/host';
import { SimulatedClock, SimulatedHost } from '../../lib/simulator';
import { TransactionMonitor } from '../../lib/transaction';
import type { Participant, Recoverer, TransactionMonitorOptions } from '../../lib/transaction';
import { writeText } from './ktm-files';

export const DIRECTORY = '/monitor';

/** @param autoAdvance the clock moves by itself whenever nothing else can run */
export async function newHost(autoAdvance = true, seed = 1): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed, clock: new SimulatedClock({ autoAdvance }) });
  for (const directory of [DIRECTORY, '/data']) await host.files.makeDirectory(directory);
  await host.files.syncDirectory('/');
  return host;
}

export function openMonitor(host: Host, options: Partial<TransactionMonitorOptions> = {}): Promise<TransactionMonitor> {
  return TransactionMonitor.open({ directory: DIRECTORY, host, recoverers: { file: fileRecoverer(host) }, ...options });
}

/** Called before each call of a participant; what it throws is the participant's failure. */
export type Before = (participant: string, phase: 'prepare' | 'commit' | 'backout') => void;

async function commitFile({ files }: Host, name: string): Promise<void> {
  if ((await files.stat(`/data/${name}.partial`)) !== undefined) await files.rename(`/data/${name}.partial`, `/data/${name}`);
  await files.syncDirectory('/data');
}

async function backOutFile({ files }: Host, name: string): Promise<void> {
  if ((await files.stat(`/data/${name}.partial`)) !== undefined) await files.remove(`/data/${name}.partial`);
  await files.syncDirectory('/data');
}

export const fileRecoverer = (host: Host, before: Before = () => undefined): Recoverer => (record) => ({
  commit: async () => {
    before(record as string, 'commit');
    await commitFile(host, record as string);
  },
  backout: async () => {
    before(record as string, 'backout');
    await backOutFile(host, record as string);
  },
});

/** Its work is the file `/data/<name>`: written at prepare, taking its name at commit. */
export function fileParticipant(host: Host, name: string, before: Before = () => undefined, more: Partial<Participant> = {}): Participant {
  return {
    name, kind: 'file', record: name, resources: [name],
    prepare: async () => {
      before(name, 'prepare');
      await writeText(host.files, `/data/${name}.partial`, name);
      await host.files.syncDirectory('/data');
    },
    commit: async () => {
      before(name, 'commit');
      await commitFile(host, name);
    },
    backout: async () => {
      before(name, 'backout');
      await backOutFile(host, name);
    },
    ...more,
  };
}

/** A promise and what settles it. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
