/**
 * The description of a simulated machine in a JSON file: its SQL Server instances with databases and logins, its volumes and writers,
 * delays and faults. Whatever is wrong in it is refused with the name of the field.
 */
import * as path from 'node:path';
import { checkInteger, checkKnownFields, checkString, checkU32 } from '../binding/check';
import { ArgumentError } from '../binding/errors';
import type { Files } from '../binding/host';
import { checkFault } from './faults';
import type { Fault } from './faults';
import { readAll } from './machine-state';
import type { SimulatedVssOptions } from './vss';
import { parseVssDescription } from './vss/description';
import type { DatabaseOptions, InstanceOptions, LoginOptions, RecoveryModel } from './sql-server';

export interface MachineDescription {
  readonly seed: number;
  /** `simulated`: time stands until somebody advances it. */
  readonly clock: 'real' | 'simulated';
  /** Paths of database files are absolute here; in the JSON they are relative to the description. Absent: the default instance as it is. */
  readonly instances?: readonly InstanceOptions[];
  /** The Volume Shadow Copy Service. Absent: as it is on a new machine. */
  readonly vss?: SimulatedVssOptions;
  /** Those of `delays` (a place and its milliseconds) among them. */
  readonly faults: readonly Fault[];
}

const recoveryModels: readonly RecoveryModel[] = ['FULL', 'BULK_LOGGED', 'SIMPLE'];

type Fields = Readonly<Record<string, unknown>>;

function checkObject(field: string, value: unknown, known: readonly string[]): asserts value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ArgumentError(field, 'must be an object');
  checkKnownFields(field, value, known);
}

function elements(field: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ArgumentError(field, 'must be an array');
  return value.map((element: unknown, index) => [`${field}[${String(index)}]`, element] as const);
}

function checkName(field: string, value: unknown): asserts value is string {
  checkString(field, value);
  if (value === '') throw new ArgumentError(field, 'must not be empty');
}

/** SQL Server's names do not differ by case alone. */
function checkDifferent(names: readonly (readonly [string, string])[]): void {
  const seen = new Set<string>();
  for (const [field, name] of names) {
    if (seen.has(name.toLowerCase())) throw new ArgumentError(field, `is there twice: ${JSON.stringify(name)}`);
    seen.add(name.toLowerCase());
  }
}

const isOneOf = <T extends string>(values: readonly T[], value: unknown): value is T => values.some((each) => each === value);

function database(field: string, value: unknown, directory: string): DatabaseOptions {
  checkObject(field, value, ['name', 'file', 'generatedBytes', 'seed', 'recoveryModel', 'filestreamBytes']);
  const { name, file, generatedBytes, seed, recoveryModel, filestreamBytes } = value;
  checkName(`${field}.name`, name);
  if (file !== undefined) checkName(`${field}.file`, file);
  if (file !== undefined && generatedBytes !== undefined) throw new ArgumentError(`${field}.generatedBytes`, 'and file exclude each other');
  if (generatedBytes !== undefined) checkInteger(`${field}.generatedBytes`, generatedBytes, 0, Number.MAX_SAFE_INTEGER);
  if (filestreamBytes !== undefined) checkInteger(`${field}.filestreamBytes`, filestreamBytes, 0, Number.MAX_SAFE_INTEGER);
  if (seed !== undefined) checkU32(`${field}.seed`, seed);
  if (recoveryModel !== undefined && !isOneOf(recoveryModels, recoveryModel)) {
    throw new ArgumentError(`${field}.recoveryModel`, `must be one of ${recoveryModels.join(', ')}`);
  }
  return {
    name,
    ...(file === undefined ? {} : { file: path.resolve(directory, file) }),
    ...(generatedBytes === undefined ? {} : { generatedBytes }),
    ...(seed === undefined ? {} : { seed }),
    ...(recoveryModel === undefined ? {} : { recoveryModel }),
    ...(filestreamBytes === undefined ? {} : { filestreamBytes }),
  };
}

function login(field: string, value: unknown): LoginOptions {
  checkObject(field, value, ['name', 'sysadmin']);
  const { name, sysadmin = true } = value;
  checkName(`${field}.name`, name);
  if (typeof sysadmin !== 'boolean') throw new ArgumentError(`${field}.sysadmin`, 'must be true or false');
  return { name, sysadmin };
}

function instance(field: string, value: unknown, directory: string): InstanceOptions {
  checkObject(field, value, ['name', 'version', 'databases', 'logins']);
  const { name, version } = value;
  if (name !== undefined) checkName(`${field}.name`, name);
  if (version !== undefined) checkString(`${field}.version`, version);
  if (version !== undefined && !/^\d+\.\d+\.\d+\.\d+$/.test(version)) throw new ArgumentError(`${field}.version`, 'must be like 16.0.4175.1');
  const databases = elements(`${field}.databases`, value['databases']).map(([at, each]) => database(at, each, directory));
  checkDifferent(databases.map((each, index) => [`${field}.databases[${String(index)}].name`, each.name]));
  const logins = elements(`${field}.logins`, value['logins']).map(([at, each]) => login(at, each));
  checkDifferent(logins.map((each, index) => [`${field}.logins[${String(index)}].name`, each.name]));
  return { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }), databases, logins };
}

/** @param directory where the relative paths of database files begin */
export function parseMachineDescription(value: unknown, directory: string): MachineDescription {
  checkObject('machine', value, ['seed', 'clock', 'instances', 'vss', 'delays', 'faults']);
  const { seed = 1, clock = 'real', delays = {} } = value;
  checkU32('seed', seed);
  if (clock !== 'real' && clock !== 'simulated') throw new ArgumentError('clock', 'must be real or simulated');
  const instances = elements('instances', value['instances']).map(([at, each]) => instance(at, each, directory));
  checkDifferent(instances.map((each, index) => [`instances[${String(index)}].name`, each.name ?? 'MSSQLSERVER']));
  if (typeof delays !== 'object' || delays === null || Array.isArray(delays)) throw new ArgumentError('delays', 'must be an object');
  const faults: Fault[] = Object.entries(delays).map(([at, delayMs]: [string, unknown]) => {
    checkInteger(`delays.${at}`, delayMs, 0, Number.MAX_SAFE_INTEGER);
    return { at, action: { delayMs } };
  });
  for (const [at, fault] of elements('faults', value['faults'])) {
    checkFault(at, fault);
    faults.push(fault);
  }
  const vss = value['vss'] === undefined ? {} : { vss: parseVssDescription('vss', value['vss'], directory) };
  return { seed, clock, faults, ...(value['instances'] === undefined ? {} : { instances }), ...vss };
}

/** Rejects with ArgumentError (the field; for the file itself `machine`), also for a database whose file, or a volume whose directory, is not there. */
export async function readMachineFile(file: string, files: Files): Promise<MachineDescription> {
  const description = parseMachineDescription(await readJson(file, files), files.directoryOf(files.resolve(file)));
  for (const [at, { databases }] of (description.instances ?? []).entries()) {
    for (const [index, { file: pages }] of (databases ?? []).entries()) {
      if (pages === undefined) continue;
      if ((await files.stat(pages))?.isFile !== true) throw new ArgumentError(`instances[${String(at)}].databases[${String(index)}].file`, `is no file: ${pages}`);
    }
  }
  for (const [index, { directory }] of (description.vss?.volumes ?? []).entries()) {
    if (directory === undefined) continue;
    if ((await files.stat(directory))?.isDirectory !== true) throw new ArgumentError(`vss.volumes[${String(index)}].directory`, `is no directory: ${directory}`);
  }
  return description;
}

async function readJson(file: string, files: Files): Promise<unknown> {
  if ((await files.stat(file))?.isFile !== true) throw new ArgumentError('machine', `is no file: ${file}`);
  try {
    return JSON.parse(await readText(file, files)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new ArgumentError('machine', `is not JSON: ${file}: ${error.message}`);
    throw error;
  }
}

async function readText(file: string, files: Files): Promise<string> {
  return new TextDecoder().decode(await readAll(files, file));
}
