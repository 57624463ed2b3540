/** The writers' own account of how they fared, and what it means for the backup (facts/vss.md 2.2: S_OK of the call says nothing about the writer). */
import { failed, hresultName } from '../binding';
import { VSS_HRESULT, VSS_WRITER_STATE } from '../binding/vss-codes';
import type { VssBackupComponents } from './backup-components';
import { readComponentsDocument } from './components-document';
import { each, ifSupported } from './reading';
import { retryClassOf } from './retry-classes';
import type { RetryClass } from './retry-classes';

export type WriterStateName = keyof typeof VSS_WRITER_STATE;

export interface WriterStatus {
  readonly instanceId: string;
  readonly writerId: string;
  readonly writerName: string;
  /** VSS_WRITER_STATE, by name. */
  readonly state: WriterStateName;
  /** HRESULT that the writer reported; 0 for none. */
  readonly failure: number;
  /** The application's own (GetWriterStatusEx); 0 and null where this Windows has none. */
  readonly applicationFailure: number;
  readonly applicationMessage: string | null;
}

/** A component of a writer that failed in part (VSS_E_WRITERERROR_PARTIAL_FAILURE). */
export interface FailedComponent {
  readonly logicalPath: string | null;
  readonly name: string;
  readonly failure: number;
  /** `VSS_E_...`. */
  readonly code: string;
  readonly applicationFailure: number;
  readonly applicationMessage: string | null;
}

export interface FailedWriter extends WriterStatus {
  /** The failure's name, `VSS_E_WRITERERROR_RETRYABLE`. */
  readonly code: string;
  readonly retryClass: RetryClass;
  readonly components: readonly FailedComponent[];
}

const stateNames = new Map(Object.entries(VSS_WRITER_STATE).map(([name, value]) => [value as number, name as WriterStateName]));

function hasFailed({ state, failure }: WriterStatus): boolean {
  return failed(failure) || VSS_WRITER_STATE[state] >= VSS_WRITER_STATE.FAILED_AT_IDENTIFY;
}

/** After GatherWriterStatus: each writer's, then FreeWriterStatus. */
export async function readWriterStatus(components: VssBackupComponents): Promise<readonly WriterStatus[]> {
  const statuses = await each(await components.getWriterStatusCount(), async (index) => {
    const { writerName, state, ...rest } = await ifSupported(() => components.getWriterStatusEx(index), undefined)
      ?? { ...(await components.getWriterStatus(index)), applicationFailure: 0, applicationMessage: null };
    return { ...rest, writerName: writerName ?? '', state: stateNames.get(state) ?? 'UNKNOWN' };
  });
  await components.freeWriterStatus();
  return statuses;
}

/** The writers among them that failed, with their components where a writer failed only in part. */
export async function failedWriters(components: VssBackupComponents, statuses: readonly WriterStatus[]): Promise<readonly FailedWriter[]> {
  const failing = statuses.filter(hasFailed);
  const partial = failing.some(({ failure }) => failure === VSS_HRESULT.VSS_E_WRITERERROR_PARTIAL_FAILURE);
  const document = partial ? await readComponentsDocument(components) : [];
  return failing.map((status) => ({
    ...status,
    code: failed(status.failure) ? hresultName(status.failure) : status.state,
    retryClass: retryClassOf(status.failure),
    components: document
      .filter(({ instanceId, writerId }) => instanceId === status.instanceId && writerId === status.writerId)
      .flatMap((writer) => writer.components)
      .filter(({ failure }) => failed(failure.failure))
      .map(({ logicalPath, name, failure }) => ({ logicalPath, name, ...failure, code: hresultName(failure.failure) })),
  }));
}
