/**
 * A restore from a backup's documents: the components chosen, PreRestore, the files restored by the caller, their status set, PostRestore (facts/vss.md 2.8).
 * Aborts are not supported in a restore (seed 001): one that is not completed tells the writers, by status and PostRestore, that it failed.
 */
import { AbortError, ArgumentError, MACHINE, StateError, WindowsError, checkBoolean, checkInteger, checkKnownFields, checkString, failed } from '../binding';
import type { IVssExamineWriterMetadata } from '../binding/generated/vss';
import { createProxy } from '../binding/proxy';
import { interfaceTable } from '../binding/tables';
import { VSS_FILE_RESTORE_STATUS, VSS_RESTORE_TYPE, VSS_ROLLFORWARD_TYPE } from '../binding/vss-codes';
import { asError } from '../binding/waiting';
import { readComponentsDocument } from './components-document';
import type { DocumentComponent, DocumentWriter } from './components-document';
import { VssAbortError, VssRestoreError } from './errors';
import { checkSignal, machineOf, requesterOptionNames } from './requester';
import type { Machine, RequesterOptions } from './requester';
import { checkNames, idOf, isCalled, isNamed } from './selection';
import type { ComponentSelection } from './selection';
import { Steps, WritersFailed, gatherMetadata } from './steps';
import { readExamined } from './writer-metadata';
import type { ComponentMetadata, RestoreMethod, WriterMetadata } from './writer-metadata';
import type { FailedWriter, WriterStatus } from './writer-status';

/** A file set that is restored to another place than it came from; `filespec` may have wildcards. */
export interface NewTarget {
  readonly path: string;
  readonly filespec: string;
  readonly recursive?: boolean;
  readonly to: string;
}

export interface RestoreSelection extends ComponentSelection {
  /** SetRestoreOptions: private to the writer. */
  readonly options?: string;
  /** More restores of this component follow (incremental, differential, logs). */
  readonly additionalRestores?: boolean;
  readonly subcomponents?: readonly { readonly logicalPath?: string | null; readonly name: string }[];
  /** AddNewTarget: only for writers that support it (VSS_BS_WRITER_SUPPORTS_NEW_TARGET). */
  readonly newTargets?: readonly NewTarget[];
  readonly authoritative?: boolean;
  readonly rollForward?: { readonly type: number; readonly point: string };
  /** The component's name after the restore. */
  readonly restoreName?: string;
}

export interface RestoreSessionOptions extends RequesterOptions {
  /** `backupComponentsDocument` of the completed snapshot. */
  readonly backupComponentsDocument: string;
  /** `writerDocuments` of it: what the writers said at backup time. Without them names of writers that say nothing now are unknown. */
  readonly writerDocuments?: readonly { readonly document: string }[];
  /** Default: every component of the document. */
  readonly components?: readonly RestoreSelection[];
  /** VSS_RESTORE_TYPE. Default: SetRestoreState is not called. */
  readonly restoreType?: number;
  /** Writers whose failure fails the restore; the failure of others is a warning. Default: all that take part. */
  readonly criticalWriters?: readonly string[];
}

/** A component to be restored, as it stands after PreRestore: its writer may have changed where files go. */
export interface RestoreComponent extends DocumentComponent {
  readonly writerId: string;
  /** Of the instance at backup time. */
  readonly instanceId: string;
  readonly writerName: string;
  /** What its writer said at backup time (or, without its document, says now): the files, and how they are restored. */
  readonly metadata: ComponentMetadata | undefined;
  readonly restoreMethod: RestoreMethod | undefined;
}

export interface CompleteRestoreOptions {
  /** VSS_FILE_RESTORE_STATUS of each component; default ALL. */
  readonly fileStatus?: number | ((component: RestoreComponent) => number);
  /** Files that were restored elsewhere than the writer expects: AddAlternativeLocationMapping. */
  readonly alternateLocations?: readonly (NewTarget & { readonly component: RestoreComponent })[];
  /** Files with the ranges of partial files, by index: SetRangesFilePath. */
  readonly rangesFiles?: readonly { readonly component: RestoreComponent; readonly partialFile: number; readonly file: string }[];
  readonly signal?: AbortSignal;
}

export interface CompletedRestore {
  readonly simulated: boolean;
  /** As the writers left them. */
  readonly components: readonly DocumentWriter[];
  /** A writer that was restored asks for a reboot. */
  readonly rebootRequired: boolean;
  /** Failures of writers that are not critical. */
  readonly warnings: readonly FailedWriter[];
  readonly unfinished: readonly Error[];
}

const optionNames = [...requesterOptionNames, 'backupComponentsDocument', 'writerDocuments', 'components', 'restoreType', 'criticalWriters'];
const selectionNames = ['writer', 'logicalPath', 'name', 'options', 'additionalRestores', 'subcomponents', 'newTargets', 'authoritative', 'rollForward', 'restoreName'];

function check(options: RestoreSessionOptions): void {
  checkKnownFields('options', options, optionNames);
  const { backupComponentsDocument, components, writerDocuments = [], criticalWriters, restoreType } = options;
  checkString('backupComponentsDocument', backupComponentsDocument);
  if (backupComponentsDocument === '') throw new ArgumentError('backupComponentsDocument', 'must not be empty');
  checkList('writerDocuments', writerDocuments).forEach((each, index) => {
    checkString(`writerDocuments[${String(index)}].document`, (each as { readonly document?: unknown }).document);
  });
  if (components !== undefined) {
    if (checkList('components', components).length === 0) throw new ArgumentError('components', 'must name at least one component');
    components.forEach((selection, index) => checkRestoreSelection(`components[${String(index)}]`, selection));
  }
  if (criticalWriters !== undefined) checkNames('criticalWriters', criticalWriters);
  const types: readonly number[] = Object.values(VSS_RESTORE_TYPE);
  if (restoreType !== undefined && (restoreType === 0 || !types.includes(restoreType))) throw new ArgumentError('restoreType', 'must be a VSS_RESTORE_TYPE');
}

/** An array of objects. */
function checkList(field: string, value: unknown): readonly object[] {
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'object' || each === null)) throw new ArgumentError(field, 'must be an array of objects');
  return value as readonly object[];
}

function checkRestoreSelection(at: string, selection: RestoreSelection): void {
  checkKnownFields(at, selection, selectionNames);
  const { writer, name, logicalPath, options, additionalRestores, subcomponents = [], newTargets = [], authoritative, rollForward, restoreName } = selection;
  checkString(`${at}.writer`, writer);
  if (logicalPath !== undefined && logicalPath !== null) checkString(`${at}.logicalPath`, logicalPath);
  for (const [field, text] of Object.entries({ name, options, restoreName })) if (text !== undefined) checkString(`${at}.${field}`, text);
  for (const [field, flag] of Object.entries({ additionalRestores, authoritative })) if (flag !== undefined) checkBoolean(`${at}.${field}`, flag);
  checkList(`${at}.subcomponents`, subcomponents);
  subcomponents.forEach((inner, index) => checkString(`${at}.subcomponents[${String(index)}].name`, inner.name));
  checkTargets(`${at}.newTargets`, newTargets);
  if (rollForward === undefined) return;
  checkInteger(`${at}.rollForward.type`, rollForward.type, VSS_ROLLFORWARD_TYPE.NONE, VSS_ROLLFORWARD_TYPE.PARTIAL);
  checkString(`${at}.rollForward.point`, rollForward.point);
}

function checkTargets(field: string, targets: readonly NewTarget[]): void {
  checkList(field, targets);
  targets.forEach(({ path, filespec, recursive, to }, index) => {
    const at = `${field}[${String(index)}]`;
    for (const [name, text] of Object.entries({ path, filespec, to })) checkString(`${at}.${name}`, text);
    if (recursive !== undefined) checkBoolean(`${at}.recursive`, recursive);
  });
}

const forgotten = new FinalizationRegistry<string>((what) => {
  process.emitWarning(`A RestoreSession (${what}) was not completed; its object was released when it was collected. Use "await using".`, { code: 'WINBACKUP_SESSION_FORGOTTEN' });
});

interface Chosen {
  readonly writer: DocumentWriter;
  readonly component: DocumentComponent;
  readonly selection: RestoreSelection | undefined;
}

export class RestoreSession {
  readonly simulated: boolean;
  /** What is to be restored, as the writers left it in PreRestore. */
  components: readonly RestoreComponent[] = [];
  /** What the writers say of themselves now. */
  writers: readonly WriterMetadata[] = [];
  /** What they said at backup time. */
  private stored: readonly WriterMetadata[] = [];
  private chosen: readonly Chosen[] = [];
  private warnings = new Map<string, FailedWriter>();
  private preRestored = false;
  private postRestored = false;
  private ending: Promise<unknown> | undefined;

  private constructor(
    private readonly machine: Machine,
    private readonly options: RestoreSessionOptions,
    private readonly steps: Steps,
  ) {
    this.simulated = machine.backend.kind === 'simulated';
  }

  /**
   * Everything up to the end of PreRestore, with the writers' status judged.
   * @throws ArgumentError; VssRestoreError; AbortError (VssAbortError). Writers that PreRestore had reached have been told of the failure.
   */
  static async begin(options: RestoreSessionOptions): Promise<RestoreSession> {
    check(options);
    const machine = await machineOf(options);
    const session = new RestoreSession(machine, options, new Steps(machine, options.signal, () => undefined));
    try {
      await session.open();
    } catch (error) {
      throw await session.failed(error, session.steps);
    }
    forgotten.register(session, session.components.map(({ name }) => name).join(', '), session);
    return session;
  }

  get ended(): boolean {
    return this.ending !== undefined;
  }

  /**
   * The files are in place (or not: `fileStatus`): tells the writers by PostRestore, and judges their status.
   * @throws ArgumentError, and what `fileStatus` throws: nothing was told then, and the session goes on. VssRestoreError; AbortError (VssAbortError);
   *   StateError ERR_SESSION_ENDED
   */
  complete(options: CompleteRestoreOptions = {}): Promise<CompletedRestore> {
    if (this.ending !== undefined) return Promise.reject(new StateError('ERR_SESSION_ENDED', 'the restore session has ended'));
    let statuses: readonly number[];
    try {
      statuses = this.checkCompletion(options);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    const completing = this.finish(options, statuses);
    this.ending = completing.catch(() => undefined);
    return completing;
  }

  /**
   * The restore is given up: its components are marked as failed, and PostRestore lets the writers go back to work. There is no abort for it.
   * Idempotent; rejects with VssRestoreError when that could not be done. The object is released all the same.
   */
  async fail(): Promise<void> {
    this.ending ??= (async () => {
      const unfinished = await this.giveUp();
      const [first] = unfinished;
      if (first !== undefined) throw new VssRestoreError({ phase: 'PostRestore', simulated: this.simulated, writers: [], unfinished }, first);
    })();
    await this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.fail();
  }

  private async open(): Promise<void> {
    const { steps, options } = this;
    const components = await steps.open();
    steps.enter('InitializeForRestore');
    await steps.call(() => components.initializeForRestore(options.backupComponentsDocument));
    const { restoreType } = options;
    if (restoreType !== undefined) await steps.call(() => components.setRestoreState(restoreType));
    for (const { document } of options.writerDocuments ?? []) this.stored = [...this.stored, await steps.call(() => this.examine(document))];
    steps.enter('GatherWriterMetadata');
    this.writers = (await gatherMetadata(steps)).map(({ metadata }) => metadata);
    this.chosen = this.choose(await steps.call(readComponentsDocument));
    if (this.chosen.length === 0) throw new ArgumentError('backupComponentsDocument', 'has no component that could be restored: the backup was not made in component mode');
    steps.enter('SetSelectedForRestore');
    for (const chosen of this.chosen) await this.select(chosen);
    steps.enter('PreRestore');
    this.preRestored = true;
    await steps.operation('preRestore');
    await this.judge(steps);
    const after = await steps.call(readComponentsDocument);
    this.components = this.chosen.map(({ writer, component }) => this.described(writer, sameIn(after, writer, component) ?? component));
  }

  /** A stored document, on the same channel. */
  private async examine(document: string): Promise<WriterMetadata> {
    const { channel } = this.steps.components;
    const { hresult, outputs } = await channel.call(MACHINE, 'CreateVssExamineWriterMetadata', [document]);
    if (failed(hresult)) throw new WindowsError('CreateVssExamineWriterMetadata', hresult);
    const examine = createProxy<IVssExamineWriterMetadata>(channel, outputs[0] as number, interfaceTable('IVssExamineWriterMetadata'));
    return (await readExamined(Promise.resolve(examine))).metadata;
  }

  /** The document knows writers by id; their names are in what they said then, or say now. */
  private choose(document: readonly DocumentWriter[]): readonly Chosen[] {
    const all = document.flatMap((writer) => writer.components.map((component) => ({ writer, component })));
    if (this.options.components === undefined) return all.map((each) => ({ ...each, selection: undefined }));
    return this.options.components.flatMap((selection, index) => {
      const at = `components[${String(index)}]`;
      const found = all.filter(({ writer, component }) => this.isWriter(writer, selection.writer) && (selection.name === undefined || isCalled(component, selection)));
      if (found.length === 0) throw new ArgumentError(at, `is not in the backup: ${selection.writer}${selection.name === undefined ? '' : `, ${selection.name}`}`);
      return found.map((each) => ({ ...each, selection }));
    });
  }

  private isWriter(writer: DocumentWriter, nameOrId: string): boolean {
    const id = idOf(nameOrId);
    if (id !== undefined) return writer.writerId === id || writer.instanceId === id;
    return [...this.stored, ...this.writers].some((known) => known.writerId === writer.writerId && isNamed(known, nameOrId));
  }

  private async select({ writer: { writerId, instanceId }, component: { type, logicalPath, name }, selection }: Chosen): Promise<void> {
    const { steps } = this;
    const of = [writerId, type, logicalPath, name] as const;
    // The instance that runs now, where a writer runs more than once: the one with the name that the other had.
    const running = this.writers.filter((each) => each.writerId === writerId);
    const then = this.stored.find((each) => each.instanceId === instanceId)?.instanceName ?? null;
    const now = running.length > 1 ? running.find((each) => each.instanceId === instanceId || (then !== null && each.instanceName === then)) : undefined;
    await steps.call((components) => (now === undefined
      ? components.setSelectedForRestore(...of, true)
      : components.setSelectedForRestoreEx(...of, true, now.instanceId)));
    if (selection === undefined) return;
    const { options, additionalRestores, subcomponents = [], newTargets = [], authoritative, rollForward, restoreName } = selection;
    if (options !== undefined) await steps.call((components) => components.setRestoreOptions(...of, options));
    if (additionalRestores !== undefined) await steps.call((components) => components.setAdditionalRestores(...of, additionalRestores));
    for (const inner of subcomponents) await steps.call((components) => components.addRestoreSubcomponent(...of, inner.logicalPath ?? null, inner.name, false));
    for (const { path, filespec, recursive = false, to } of newTargets) await steps.call((components) => components.addNewTarget(...of, path, filespec, recursive, to));
    if (authoritative !== undefined) await steps.call((components) => components.setAuthoritativeRestore(...of, authoritative));
    if (rollForward !== undefined) await steps.call((components) => components.setRollForward(...of, rollForward.type, rollForward.point));
    if (restoreName !== undefined) await steps.call((components) => components.setRestoreName(...of, restoreName));
  }

  private described({ writerId, instanceId }: DocumentWriter, component: DocumentComponent): RestoreComponent {
    const writer = this.stored.find((each) => each.instanceId === instanceId) ?? this.stored.find((each) => each.writerId === writerId)
      ?? this.writers.find((each) => each.writerId === writerId);
    return {
      ...component, writerId, instanceId, writerName: writer?.writerName ?? '', restoreMethod: writer?.restoreMethod,
      metadata: writer?.components.find((each) => each.type === component.type && isCalled(each, component)),
    };
  }

  private async judge(steps: Steps): Promise<void> {
    const { criticalWriters } = this.options;
    const concerns = (writer: WriterStatus): boolean => this.chosen.some(({ writer: { writerId } }) => writerId === writer.writerId);
    const critical = (writer: WriterStatus): boolean => criticalWriters === undefined || criticalWriters.some((name) => isNamed(writer, name));
    for (const warning of await steps.judge(concerns, critical)) this.warnings.set(warning.instanceId, warning);
  }

  /** The status of each component, in their order. A misspelt option must not tell the writers that everything was restored. */
  private checkCompletion(options: CompleteRestoreOptions): readonly number[] {
    checkKnownFields('options', options, ['fileStatus', 'alternateLocations', 'rangesFiles', 'signal']);
    const { fileStatus = VSS_FILE_RESTORE_STATUS.ALL, alternateLocations = [], rangesFiles = [], signal } = options;
    checkSignal('signal', signal);
    checkTargets('alternateLocations', alternateLocations);
    checkList('rangesFiles', rangesFiles);
    rangesFiles.forEach(({ partialFile, file }, index) => {
      checkInteger(`rangesFiles[${String(index)}].partialFile`, partialFile, 0, 0xffffffff);
      checkString(`rangesFiles[${String(index)}].file`, file);
    });
    [...alternateLocations.map(({ component }) => component), ...rangesFiles.map(({ component }) => component)].forEach((component) => {
      if (!this.components.some((own) => String(nameOf(own)) === String(nameOf(component)))) throw new ArgumentError('component', 'must be one of this session\'s components');
    });
    return this.components.map((component) => {
      const status = typeof fileStatus === 'function' ? fileStatus(component) : fileStatus;
      checkInteger('fileStatus', status, VSS_FILE_RESTORE_STATUS.NONE, VSS_FILE_RESTORE_STATUS.FAILED);
      return status;
    });
  }

  private async finish({ alternateLocations = [], rangesFiles = [], signal }: CompleteRestoreOptions, statuses: readonly number[]): Promise<CompletedRestore> {
    const { machine } = this;
    const one = machine.signal;
    const steps = Steps.on(this.steps.components, machine, one === undefined || signal === undefined ? one ?? signal : AbortSignal.any([one, signal]));
    let document: readonly DocumentWriter[];
    try {
      steps.enter('SetFileRestoreStatus');
      for (const { component, path, filespec, recursive = false, to } of alternateLocations) {
        await steps.call((components) => components.addAlternativeLocationMapping(...nameOf(component), path, filespec, recursive, to));
      }
      for (const { component, partialFile, file } of rangesFiles) await steps.call((components) => components.setRangesFilePath(...nameOf(component), partialFile, file));
      for (const [index, component] of this.components.entries()) {
        await steps.call((components) => components.setFileRestoreStatus(...nameOf(component), statuses[index] ?? VSS_FILE_RESTORE_STATUS.NONE));
      }
      steps.enter('PostRestore');
      this.postRestored = true;
      await steps.operation('postRestore');
      await this.judge(steps);
      document = await steps.call(readComponentsDocument);
    } catch (error) {
      throw await this.failed(error, steps);
    }
    forgotten.unregister(this);
    return {
      simulated: this.simulated, components: document, warnings: [...this.warnings.values()],
      rebootRequired: this.components.some(({ restoreMethod }) => restoreMethod?.rebootRequired === true),
      unfinished: await steps.components.end(),
    };
  }

  private async failed(error: unknown, steps: Steps): Promise<Error> {
    const { phase } = steps;
    const unfinished = await this.giveUp();
    const failure = { phase, simulated: this.simulated, writers: error instanceof WritersFailed ? error.writers : [], unfinished };
    if (error instanceof ArgumentError) return error;
    if (error instanceof AbortError) return new VssAbortError(failure, error);
    return new VssRestoreError(failure, error instanceof WritersFailed ? undefined : asError(error));
  }

  /** Tells the writers that PreRestore had reached, then releases. Nothing here is an abort: a restore has none. */
  private async giveUp(): Promise<readonly Error[]> {
    forgotten.unregister(this);
    const { opened } = this.steps;
    if (opened === undefined) return [];
    const problems: Error[] = [];
    if (this.preRestored && !this.postRestored) {
      const { machine } = this;
      const steps = Steps.on(opened, { ...machine, operationMs: Math.min(machine.operationMs, machine.endMs) }, undefined);
      try {
        for (const { writer, component } of this.chosen) {
          await steps.call((components) => components.setFileRestoreStatus(writer.writerId, component.type, component.logicalPath, component.name, VSS_FILE_RESTORE_STATUS.FAILED));
        }
        await steps.operation('postRestore');
        // Ends the writers' sessions (facts/vss.md 3.3).
        await steps.failing();
      } catch (error) {
        problems.push(asError(error));
      }
    }
    return [...problems, ...(await opened.end())];
  }
}

const nameOf = ({ writerId, type, logicalPath, name }: RestoreComponent): readonly [string, number, string | null, string] => [writerId, type, logicalPath, name];

function sameIn(document: readonly DocumentWriter[], writer: DocumentWriter, component: DocumentComponent): DocumentComponent | undefined {
  return document.find(({ instanceId, writerId }) => instanceId === writer.instanceId && writerId === writer.writerId)
    ?.components.find((each) => each.type === component.type && isCalled(each, component));
}
