/** A writer given as data: what it has, how long its handlers take, and where they fail (the knobs of Microsoft's Test Writer, facts/vss.md 3.3). */
import { VSS_HRESULT } from '../../binding/vss-codes';
import type { DifferencedFile, PartialFile } from './components-document';
import type { ServiceTime } from './service-time';
import { eventRules } from './writer';
import type { VssWriter, WriterContext, WriterEvent, WriterHandlers } from './writer';
import type { PartialWriterMetadata } from './writer-metadata';

const codes = {
  retryable: VSS_HRESULT.VSS_E_WRITERERROR_RETRYABLE,
  nonretryable: VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE,
  'out of resources': VSS_HRESULT.VSS_E_WRITERERROR_OUTOFRESOURCES,
  timeout: VSS_HRESULT.VSS_E_WRITERERROR_TIMEOUT,
  inconsistent: VSS_HRESULT.VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT,
  partial: VSS_HRESULT.VSS_E_WRITERERROR_PARTIAL_FAILURE,
} as const;
const retryable = ['retryable', 'timeout', 'out of resources'] as const;

export interface WriterFailure {
  readonly event: WriterEvent;
  /** What the writer reports; default non-retryable. `random retryable` is one of the three retryable codes, chosen by the machine's seed. */
  readonly failure?: keyof typeof codes | 'random retryable' | { readonly hresult: number };
  /** GetWriterStatusEx shows these. */
  readonly applicationFailure?: number;
  readonly message?: string;
  /** Only the first so many times; default every time. */
  readonly times?: number;
  /** The handler reports the failure and yet returns true: no abort (facts/vss.md 3.2). Default false. */
  readonly returnsTrue?: boolean;
}

/** What the writer notes on each of its components at an event. */
export interface ComponentNotes {
  readonly event: WriterEvent;
  readonly backupStamp?: string;
  readonly backupMetadata?: string;
  readonly restoreMetadata?: string;
  /** VSS_RESTORE_TARGET. */
  readonly restoreTarget?: number;
  readonly partialFiles?: readonly Readonly<PartialFile>[];
  readonly differencedFiles?: readonly Omit<DifferencedFile, 'lsn'>[];
  /** Source path, file, ranges; destination path, file, ranges. */
  readonly directedTargets?: readonly (readonly [string, string, string, string, string, string])[];
  /** IVssComponentEx2::SetFailure. */
  readonly failure?: { readonly failure: number; readonly applicationFailure?: number; readonly message?: string };
}

export interface WriterDescription {
  readonly metadata: PartialWriterMetadata;
  /** VSS_APPLICATION_LEVEL. */
  readonly level?: number;
  /** Milliseconds from Freeze to the end of Thaw; default 60,000, and no more. */
  readonly timeoutFreezeMs?: number;
  readonly failures?: readonly WriterFailure[];
  /** Milliseconds that a handler takes; default none. */
  readonly delays?: readonly { readonly event: WriterEvent; readonly delayMs: number }[];
  /** Events to which the writer never answers. */
  readonly silentAt?: readonly WriterEvent[];
  readonly notes?: readonly ComponentNotes[];
}

function note(context: WriterContext, { event, ...notes }: ComponentNotes): void {
  if (event !== context.event) return;
  for (const component of context.components.list) {
    if (notes.backupStamp !== undefined) component.setBackupStamp(notes.backupStamp);
    if (notes.backupMetadata !== undefined) component.setBackupMetadata(notes.backupMetadata);
    if (notes.restoreMetadata !== undefined) component.setRestoreMetadata(notes.restoreMetadata);
    if (notes.restoreTarget !== undefined) component.setRestoreTarget(notes.restoreTarget);
    for (const { path, filename, ranges, metadata } of notes.partialFiles ?? []) component.addPartialFile(path, filename, ranges, metadata);
    for (const { path, filespec, recursive, lastModifyTime } of notes.differencedFiles ?? []) {
      component.addDifferencedFilesByLastModifyTime(path, filespec, recursive, lastModifyTime);
    }
    for (const target of notes.directedTargets ?? []) component.addDirectedTarget(...target);
    if (notes.failure !== undefined) component.setFailure(notes.failure.failure, notes.failure.applicationFailure ?? 0, notes.failure.message ?? null);
  }
}

/** @param choose a number from 0 to the given one, exclusive: the machine's seeded choice. */
export function describedWriter(description: WriterDescription, time: ServiceTime, choose: (below: number) => number): VssWriter {
  const occurrences = new Map<WriterFailure, number>();
  const handler = async (context: WriterContext): Promise<boolean> => {
    for (const { event, delayMs } of description.delays ?? []) if (event === context.event) await time.delay(delayMs);
    if (description.silentAt?.includes(context.event) === true) await new Promise<never>(() => undefined);
    for (const notes of description.notes ?? []) note(context, notes);
    for (const failure of description.failures ?? []) {
      if (failure.event !== context.event) continue;
      const seen = (occurrences.get(failure) ?? 0) + 1;
      occurrences.set(failure, seen);
      if (seen > (failure.times ?? Infinity)) continue;
      const kind = failure.failure ?? 'nonretryable';
      const named = kind === 'random retryable' ? (retryable[choose(retryable.length)] ?? 'retryable') : kind;
      const code = typeof named === 'object' ? named.hresult : codes[named];
      context.setWriterFailure(code, failure.applicationFailure, failure.message);
      return failure.returnsTrue === true;
    }
    return true;
  };
  const handlers: WriterHandlers = Object.fromEntries(Object.values(eventRules).map((rule) => [rule.handler, handler]));
  return {
    ...handlers,
    metadata: description.metadata,
    ...(description.level === undefined ? {} : { level: description.level }),
    ...(description.timeoutFreezeMs === undefined ? {} : { timeoutFreezeMs: description.timeoutFreezeMs }),
  };
}
