/**
 * The part `vss` of a machine's description in JSON: volumes, writers, providers, the Windows version. Paths are relative to the description.
 * Whatever is wrong in it is refused with the name of the field.
 */
import * as path from 'node:path';
import { checkBoolean, checkGuid, checkInteger, checkKnownFields, checkString, checkU32 } from '../../binding/check';
import type { PlainRecord } from '../../binding/channel';
import { HRESULT } from '../../binding/codes';
import { ArgumentError } from '../../binding/errors';
import { VSS_APPLICATION_LEVEL, VSS_HRESULT } from '../../binding/vss-codes';
import type { SimulatedVssOptions, WriterModule } from '.';
import type { WriterDescription, WriterFailure } from './described-writer';
import type { ProviderOptions, ProviderStep } from './provider';
import type { VolumeOptions } from './volumes';
import { windowsVersionNames } from './windows-version';
import { eventRules } from './writer';
import type { WriterEvent } from './writer';
import type { PartialComponent, PartialFileSet } from './writer-metadata';

/** Turns one value into what the machine takes, or throws ArgumentError with the field's name. */
type Reader<T> = (field: string, value: unknown) => T;
type Fields = Readonly<Record<string, Reader<unknown>>>;
type ReadFields<F extends Fields> = { readonly [Name in keyof F]: ReturnType<F[Name]> };

function object<Required extends Fields, Optional extends Fields>(
  required: Required, optional: Optional,
): Reader<ReadFields<Required> & Partial<ReadFields<Optional>>> {
  return (field, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ArgumentError(field, 'must be an object');
    checkKnownFields(field, value, [...Object.keys(required), ...Object.keys(optional)]);
    const given = value as Readonly<Record<string, unknown>>;
    const read: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries(required)) read[name] = reader(`${field}.${name}`, given[name]);
    for (const [name, reader] of Object.entries(optional)) if (given[name] !== undefined) read[name] = reader(`${field}.${name}`, given[name]);
    return read as ReadFields<Required> & Partial<ReadFields<Optional>>;
  };
}

function list<T>(element: Reader<T>): Reader<readonly T[]> {
  return (field, value) => {
    if (!Array.isArray(value)) throw new ArgumentError(field, 'must be an array');
    return value.map((each: unknown, index) => element(`${field}[${String(index)}]`, each));
  };
}

const text: Reader<string> = (field, value) => {
  checkString(field, value);
  if (value === '') throw new ArgumentError(field, 'must not be empty');
  return value;
};
const textOrNull: Reader<string | null> = (field, value) => (value === null ? null : text(field, value));
const flag: Reader<boolean> = (field, value) => {
  checkBoolean(field, value);
  return value;
};
const whole: Reader<number> = (field, value) => {
  checkInteger(field, value, 0, Number.MAX_SAFE_INTEGER);
  return value;
};
const u32: Reader<number> = (field, value) => {
  checkU32(field, value);
  return value;
};
const guid: Reader<string> = checkGuid;

function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (field, value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new ArgumentError(field, `must be one of ${words.join(', ')}`);
    return found;
  };
}

/** `VSS_E_PROVIDER_VETO`, or a number. */
const hresult: Reader<number> = (field, value) => {
  if (typeof value === 'number') return u32(field, value);
  const code = ({ ...HRESULT, ...VSS_HRESULT } as Readonly<Record<string, number>>)[text(field, value)];
  if (code === undefined) throw new ArgumentError(field, 'must be a number or the name of an HRESULT');
  return code;
};

const volumeName: Reader<string> = (field, value) => {
  const name = text(field, value);
  if (!name.endsWith('\\')) throw new ArgumentError(field, `must end with a backslash, not ${name}`);
  return name;
};

const event: Reader<WriterEvent> = oneOf(...(Object.keys(eventRules) as WriterEvent[]));
const step: Reader<ProviderStep> = oneOf(
  'BeginPrepare', 'EndPrepare', 'PreCommit', 'Commit', 'PostCommit', 'PreFinalCommit', 'PostFinalCommit', 'Abort', 'Delete', 'Import', 'Break', 'Revert',
);

const provider: Reader<ProviderOptions> = object(
  { id: guid, name: text, type: oneOf('system', 'software', 'hardware', 'fileshare') },
  {
    version: text, versionId: guid, classId: guid, volumes: list(volumeName), maximumSnapshotsPerVolume: whole,
    failures: list(object({ step, hresult }, { times: whole })), delays: list(object({ step, delayMs: whole }, {})),
  },
);

const files: Reader<readonly PartialFileSet[]> = list(
  object({ path: text, filespec: text }, { recursive: flag, alternateLocation: text, backupTypeMask: u32 }),
);
const componentType: Reader<number> = (field, value) => (oneOf('database', 'filegroup')(field, value) === 'database' ? 1 : 2);
const component: Reader<PartialComponent> = object(
  { type: componentType, name: text },
  {
    logicalPath: text, caption: text, restoreMetadata: flag, notifyOnBackupComplete: flag, selectable: flag, selectableForRestore: flag, flags: u32, files,
    databaseFiles: files, logFiles: files, dependencies: list(object({ writerId: guid, componentName: text, logicalPath: textOrNull }, {})),
  },
);
const failureName = oneOf('retryable', 'nonretryable', 'out of resources', 'timeout', 'inconsistent', 'partial', 'random retryable');
const failure: Reader<WriterFailure> = object(
  { event },
  {
    failure: (field, value): NonNullable<WriterFailure['failure']> =>
      (typeof value === 'number' ? { hresult: u32(field, value) } : failureName(field, value)),
    applicationFailure: u32, message: text, times: whole, returnsTrue: flag,
  },
);
const levels = {
  system: VSS_APPLICATION_LEVEL.SYSTEM, 'back end': VSS_APPLICATION_LEVEL.BACK_END, 'front end': VSS_APPLICATION_LEVEL.FRONT_END,
} as const;

const described = object(
  { name: text, id: guid },
  {
    instanceId: guid, level: (field, value) => levels[oneOf('system', 'back end', 'front end')(field, value)], timeoutFreezeMs: whole, components: list(component),
    excludeFiles: files, failures: list(failure), delays: list(object({ event, delayMs: whole }, {})), silentAt: list(event),
  },
);

function dataWriter(field: string, value: unknown): WriterDescription {
  const { name, id, instanceId = id, components = [], excludeFiles = [], ...rest } = described(field, value);
  return { metadata: { writerName: name, writerId: id, instanceId, components, excludeFiles }, ...rest };
}

/** @param directory where relative paths begin */
export function parseVssDescription(field: string, value: unknown, directory: string): SimulatedVssOptions {
  const realPath: Reader<string> = (at, given) => path.resolve(directory, text(at, given));
  const volume: Reader<VolumeOptions> = object(
    { name: volumeName },
    {
      directory: realPath, fileSystem: oneOf('NTFS', 'ReFS', 'FAT32'), supported: flag, system: flag, inUse: flag, flushMs: whole, shadowStorage: realPath,
      onChangeDuringCopy: oneOf('report', 'fail'),
    },
  );
  const moduleWriter: Reader<WriterModule> = object({ module: realPath }, { options: (_at, given) => given as PlainRecord });
  const writer: Reader<WriterDescription | WriterModule> = (at, given) =>
    (typeof given === 'object' && given !== null && 'module' in given ? moduleWriter(at, given) : dataWriter(at, given));
  return object({}, {
    writers: list(writer), volumes: list(volume), providers: list(provider), windowsVersion: oneOf(...windowsVersionNames), computerName: text,
    writerSessionSlots: whole,
  })(field, value);
}
