/** A requester on the backend under test, and what the machine's own side tells: its events, its writers, its copies. The writers are a server's own. */
import { INFINITE, hresultName } from '../../lib/binding/codes';
import type { Channel } from '../../lib/binding/channel';
import type { IVssAsync, IVssBackupComponentsEx4 } from '../../lib/binding/generated/vss';
import { createProxy } from '../../lib/binding/proxy';
import type { ProxyObject } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';
import { GUID_NULL, VSS_BACKUP_TYPE, VSS_WRITER_STATE } from '../../lib/binding/vss-codes';
import type { Rig } from './rig';

export type Components = IVssBackupComponentsEx4 & ProxyObject;
type Started = Promise<IVssAsync & ProxyObject>;

export const SQL = { name: 'SqlServerWriter', id: 'a65faa63-5ea8-4ebc-9dbd-a0c4db26912a', instance: 'a65faa63-5ea8-4ebc-9dbd-51aced000001' };
/** One of its components, as the component methods name it. */
export const MASTER = [SQL.id, 1, 'SIMULATED', 'master'] as const;
export const FINISHED = 'VSS_S_ASYNC_FINISHED';

export class VssClient {
  private constructor(private readonly rig: Rig, readonly channel: Channel, readonly components: Components, private readonly before: number) {}

  /** A fresh instance on a connection of its own. */
  static async on(rig: Rig): Promise<VssClient> {
    const channel = await rig.channel();
    const { outputs } = await channel.call(0, 'CreateVssBackupComponents', []);
    const components = createProxy<IVssBackupComponentsEx4>(channel, outputs[0] as number, interfaceTable('IVssBackupComponentsEx4'));
    const before = (await rig.control.vssEvents()).at(-1)?.sequence ?? 0;
    return new VssClient(rig, channel, components, before);
  }

  /** The operation's own status after its end, by name. */
  async end(started: Started): Promise<string> {
    const operation = await started;
    await operation.wait(INFINITE);
    const status = await operation.queryStatus();
    await operation.release();
    return hresultName(status);
  }

  /** As `end`, for one whose end takes time of the machine. */
  async endAfter(started: Started, stepMs = 1000): Promise<string> {
    return this.rig.advanceUntilAnswered(this.end(started), stepMs);
  }

  async initialized(context?: number): Promise<this> {
    await this.components.initializeForBackup(null);
    if (context !== undefined) await this.components.setContext(context);
    return this;
  }

  /** GatherWriterMetadata has ended; with `master` selected in component mode. */
  async gathered(options: { readonly context?: number; readonly componentMode?: boolean } = {}): Promise<this> {
    await this.initialized(options.context);
    await this.components.setBackupState(options.componentMode === true, false, VSS_BACKUP_TYPE.COPY, false);
    expect(await this.end(this.components.gatherWriterMetadata())).toBe(FINISHED);
    if (options.componentMode === true) await this.components.addComponent(SQL.instance, ...MASTER);
    return this;
  }

  async started(options: Parameters<VssClient['gathered']>[0] = {}): Promise<this> {
    await this.gathered(options);
    await this.components.startSnapshotSet();
    await this.components.addToSnapshotSet('C:\\', GUID_NULL);
    return this;
  }

  async prepared(options: Parameters<VssClient['gathered']>[0] = {}): Promise<this> {
    await this.started(options);
    expect(await this.end(this.components.prepareForBackup())).toBe(FINISHED);
    return this;
  }

  async created(options: Parameters<VssClient['gathered']>[0] = {}): Promise<this> {
    await this.prepared(options);
    expect(await this.end(this.components.doSnapshotSet())).toBe(FINISHED);
    return this;
  }

  async completed(options: Parameters<VssClient['gathered']>[0] = {}): Promise<this> {
    await this.created(options);
    expect(await this.end(this.components.backupComplete())).toBe(FINISHED);
    return this;
  }

  /** A writer's state and failure, by name. */
  async status(writer: string): Promise<readonly [state: string, failure: string]> {
    expect(await this.end(this.components.gatherWriterStatus())).toBe(FINISHED);
    const count = await this.components.getWriterStatusCount();
    for (let index = 0; index < count; index += 1) {
      const { writerName, state, failure } = await this.components.getWriterStatus(index);
      if (writerName !== writer) continue;
      return [Object.entries(VSS_WRITER_STATE).find(([, value]) => value === state)?.[0] ?? String(state), hresultName(failure)];
    }
    throw new Error(`no status of ${writer}`);
  }

  /** The events that reached a writer since this client was made; an Abort with who raised it. */
  async events(writer: string): Promise<readonly string[]> {
    const events = await this.rig.control.vssEvents(this.before);
    return events.filter((event) => event.writer === writer).map(({ event, cause }) => (event === 'Abort' ? `Abort by ${cause}` : event));
  }

  async aborts(writer: string): Promise<number> {
    return (await this.events(writer)).filter((event) => event.startsWith('Abort')).length;
  }

  /** Releases the object, as its owner would; what the service does behind it has ended. */
  async release(): Promise<void> {
    await this.components.release();
    await this.rig.control.vssSettled();
  }
}

/** A backup's document with `master` in it, and the object's end. */
export async function savedDocument(rig: Rig): Promise<string> {
  const client = await (await VssClient.on(rig)).completed({ componentMode: true });
  const xml = await client.components.saveAsXML();
  await client.release();
  return xml ?? '';
}
