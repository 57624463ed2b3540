/**
 * What a job does, as people write it: JSON, or a JavaScript module that gives the same object. Everything that can be known to be wrong without
 * asking the machine is refused here, with the name of the field and, in JSON, its line.
 */
import { ArgumentError } from '../binding';
import type { Host } from '../binding';
import { JsonSyntaxError, parseJson } from './json-source';
import { boolean, integer, list, object, oneOf, text } from './schema';
import type { Reader } from './schema';

export interface JobDatabase {
  readonly name: string;
  /** Without the machine's name; absent: the default instance. */
  readonly instance?: string;
  /** The output's name in the set; default `<name>.bak`. Of more than one stripe, `sales.1of2.bak` ... */
  readonly to: string;
  readonly stripes: number;
  readonly type: 'full' | 'differential' | 'log';
  readonly compress?: 'gzip' | 'zstd';
  /** Default true, because a job that is backed out must not have become the base of differential backups. */
  readonly copyOnly: boolean;
}

export interface JobFiles {
  /** A directory or file on one of the volumes: `D:\Data`. It is read from the shadow copy. */
  readonly from: string;
  /** The volume that holds it, and its path below the volume's root. */
  readonly volume: string;
  readonly path: string;
  /** The directory in the set that is made for it. */
  readonly to: string;
}

export interface JobTimeouts {
  /** Milliseconds until the whole job is aborted; 0 never. Default, and at most: the monitor's autoabort, which `winbackup job` sets to this. */
  readonly jobMs?: number;
  /** Milliseconds to wait for a lock. Default: the monitor's. */
  readonly lockMs?: number;
  /** Milliseconds for one VSS operation, and for another program's snapshot set. */
  readonly snapshotMs?: number;
  readonly setInProgressMs?: number;
  /** Milliseconds until SQL Server has attached. */
  readonly attachMs?: number;
}

export interface JobDescription {
  readonly name: string;
  /** Absolute. Each run makes one directory in it, the set. */
  readonly destination: string;
  /** `C:\`, with the trailing backslash. */
  readonly volumes: readonly string[];
  readonly writers?: readonly string[];
  readonly excludeWriters?: readonly string[];
  readonly criticalWriters?: readonly string[];
  readonly databases: readonly JobDatabase[];
  readonly files: readonly JobFiles[];
  /** What becomes of the outputs of a job that is backed out: removed, or kept under the set's name with `.aborted`. */
  readonly partialOutputs: 'remove' | 'keep';
  readonly timeouts: JobTimeouts;
}

/** The description is wrong; nothing has been started. */
export class DescriptionError extends ArgumentError {
  /** Where it stands, if it came from a file. */
  readonly file: string | undefined;
  /** From 1; undefined where the source is JavaScript, or an object. */
  readonly line: number | undefined;

  constructor(field: string, problem: string, place: { readonly file?: string; readonly line?: number } = {}) {
    const where = place.file === undefined ? '' : ` (${place.file}${place.line === undefined ? '' : `, line ${String(place.line)}`})`;
    super(field, `${problem}${where}`);
    this.file = place.file;
    this.line = place.line;
  }
}

const ROOT = 'job';
/** Names that the set needs for itself. */
export const MANIFEST = 'manifest.json';
export const DOCUMENTS = 'vss';

/** A name of one file or directory, on Windows too. */
const plainName: Reader<string> = (field, value) => {
  const name = text(field, value);
  // eslint-disable-next-line no-control-regex -- Windows allows none in names
  if (/[\\/:*?"<>|\u0000-\u001f]|[. ]$|^\.+$/.test(name) || /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)) {
    throw new ArgumentError(field, 'must be a plain name, without a path, that Windows allows');
  }
  return name;
};
const milliseconds = integer(0, 0x7fffffff);
const names = list(text);

const read = object(
  { name: plainName, destination: text },
  {
    volumes: names, writers: names, excludeWriters: names, criticalWriters: names,
    databases: list(object(
      { name: text },
      { instance: text, to: plainName, stripes: integer(1, 64), type: oneOf('full', 'differential', 'log'), compress: oneOf('gzip', 'zstd'), copyOnly: boolean },
    )),
    files: list(object({ from: text, to: plainName }, {})),
    partialOutputs: oneOf('remove', 'keep'),
    timeouts: object({}, { jobMs: milliseconds, lockMs: milliseconds, snapshotMs: milliseconds, setInProgressMs: milliseconds, attachMs: milliseconds }),
  },
);

const withBackslash = (volume: string): string => (volume.endsWith('\\') ? volume : `${volume}\\`);
const fold = (name: string): string => name.toLowerCase();

/** The names of a database's stripes in the set. */
export function stripesOf({ to, stripes }: JobDatabase): readonly string[] {
  if (stripes === 1) return [to];
  const [, stem = to, extension = ''] = /^(.+?)((?:\.[^.]+)?(?:\.(?:gz|zst))?)$/.exec(to) ?? [];
  return Array.from({ length: stripes }, (_, index) => `${stem}.${String(index + 1)}of${String(stripes)}${extension}`);
}

/**
 * @param directory where a relative destination begins
 * @throws ArgumentError with the field, `job.databases[0].to`
 */
export function checkDescription(value: unknown, directory: string, files: Host['files']): JobDescription {
  const { databases = [], files: copies = [], volumes = [], partialOutputs = 'remove', timeouts = {}, destination, ...rest } = read(ROOT, value);
  if (databases.length + copies.length === 0) throw new ArgumentError(ROOT, 'has nothing to do: it needs databases or files');
  if (volumes.length === 0) {
    for (const name of ['writers', 'excludeWriters', 'criticalWriters'] as const) {
      if (rest[name] !== undefined) throw new ArgumentError(`${ROOT}.${name}`, 'has no meaning without volumes');
    }
  }
  const seen = new Set<string>();
  volumes.forEach((volume, index) => {
    if (seen.has(fold(withBackslash(volume)))) throw new ArgumentError(`${ROOT}.volumes[${String(index)}]`, `is there twice: ${volume}`);
    seen.add(fold(withBackslash(volume)));
  });

  // Every output, by the name that it takes in the set.
  const outputs = new Map<string, string>([[MANIFEST, 'the manifest'], [DOCUMENTS, 'the documents of the snapshot']]);
  const claim = (field: string, name: string): void => {
    const other = outputs.get(fold(name));
    if (other !== undefined) throw new ArgumentError(field, `is the same output as ${other}: ${name}`);
    outputs.set(fold(name), field);
  };
  const jobDatabases = databases.map((database, index): JobDatabase => {
    const at = `${ROOT}.databases[${String(index)}]`;
    const { name, to = `${name.replace(/[\\/:*?"<>|]/g, '_')}.bak`, stripes = 1, type = 'full', copyOnly, ...others } = database;
    if (type === 'differential' && copyOnly === true) throw new ArgumentError(`${at}.copyOnly`, 'has no meaning for a differential backup');
    const checked = { ...others, name, to, stripes, type, copyOnly: copyOnly ?? type !== 'differential' };
    for (const stripe of stripesOf(checked)) claim(`${at}.to`, stripe);
    return checked;
  });
  const jobFiles = copies.map(({ from, to }, index): JobFiles => {
    const at = `${ROOT}.files[${String(index)}]`;
    claim(`${at}.to`, to);
    const path = from.replaceAll('/', '\\');
    if (path.split('\\').includes('..')) throw new ArgumentError(`${at}.from`, 'must not contain ..');
    const holding = volumes.map(withBackslash).filter((volume) => fold(withBackslash(path)).startsWith(fold(volume)));
    const [volume] = holding.sort((one, other) => other.length - one.length);
    if (volume === undefined) throw new ArgumentError(`${at}.from`, `is on no volume of the snapshot: ${from} (volumes: ${volumes.length === 0 ? 'none' : volumes.join(', ')})`);
    return { from, to, volume, path: path.slice(volume.length) };
  });
  return {
    ...rest, volumes: volumes.map(withBackslash), databases: jobDatabases, files: jobFiles, partialOutputs, timeouts,
    destination: files.resolve(/^(?:[\\/]|[A-Za-z]:)/.test(destination) ? destination : `${directory}/${destination}`),
  };
}

/** As checkDescription, of JSON text; errors are DescriptionErrors with the line. */
export function parseDescription(source: string, file: string, files: Host['files']): JobDescription {
  let json;
  try {
    json = parseJson(source);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new DescriptionError(ROOT, `is not JSON: ${error.message}`, { file, line: error.line });
    throw error;
  }
  const { value } = json;
  return placed((field) => ({ file, line: json.lineOf(field.replace(/^job\.?/, '')) }), () => checkDescription(value, files.directoryOf(files.resolve(file)), files));
}

/** As checkDescription, of what a JavaScript module exports: the object, or a function that gives it. */
export async function importDescription(exported: unknown, file: string, files: Host['files']): Promise<JobDescription> {
  const value: unknown = typeof exported === 'function' ? await (exported as () => unknown)() : exported;
  return placed(() => ({ file }), () => checkDescription(value, files.directoryOf(files.resolve(file)), files));
}

type Place = { readonly file?: string; readonly line?: number };
const places = new WeakMap<JobDescription, (field: string) => Place>();

/** What the machine shows to be wrong is said with its place too. */
export function descriptionError(description: JobDescription, field: string, problem: string): DescriptionError {
  return new DescriptionError(field, problem, places.get(description)?.(field));
}

function placed(placeOf: (field: string) => Place, check: () => JobDescription): JobDescription {
  try {
    const description = check();
    places.set(description, placeOf);
    return description;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new DescriptionError(error.field, error.message.slice(error.field.length + 1), placeOf(error.field));
  }
}

