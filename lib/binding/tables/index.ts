/** All interface tables, by family and by name. */
import type { ApiTable, FunctionEntry, FunctionTable, InterfaceTable, Method, StructTable } from '../table';
import { ktmTable } from './ktm';
import { txfTable } from './txf';
import { txrTable } from './txr';
import { vdiTable } from './vdi';
import { vssTable } from './vss';

export const apiTables: readonly ApiTable[] = [vdiTable, vssTable, ktmTable, txfTable, txrTable];

const interfaces = new Map<string, InterfaceTable>(apiTables.flatMap((api) => api.interfaces.map((table) => [table.name, table] as const)));
const structs = new Map<string, StructTable>(apiTables.flatMap((api) => api.structs.map((table) => [table.name, table] as const)));

export function interfaceTable(name: string): InterfaceTable {
  const table = interfaces.get(name);
  if (table === undefined) throw new RangeError(`no interface table named ${name}`);
  return table;
}

export function structTable(name: string): StructTable {
  const table = structs.get(name);
  if (table === undefined) throw new RangeError(`no struct table named ${name}`);
  return table;
}

const operations = new Map<string, { readonly table: InterfaceTable; readonly method: Method }>(
  [...interfaces.values()].flatMap((table) => table.methods.map((method) => [`${table.name}::${method.name}`, { table, method }] as const)),
);

export function operation(name: string): { readonly table: InterfaceTable; readonly method: Method } | undefined {
  return operations.get(name);
}

const flatOperations = new Map<string, { readonly table: FunctionTable; readonly entry: FunctionEntry }>(
  apiTables.flatMap(({ functions: table }) => table?.functions.map((entry) => [`${table.name}::${entry.name}`, { table, entry }] as const) ?? []),
);

export function flatFunction(name: string): { readonly table: FunctionTable; readonly entry: FunctionEntry } | undefined {
  return flatOperations.get(name);
}

/** Whether an operation is a flat function, which takes its handle as an argument, and not a method of the object behind a handle. */
export function isFlatFunction(name: string): boolean {
  return flatOperations.has(name);
}

/** Functions of the machine itself (handle 0) that make an object: it is their answer. */
export const entryPoints: ReadonlySet<string> = new Set(['CoCreateInstance', 'CreateVssBackupComponents', 'CreateVssExamineWriterMetadata', 'Host::EnablePrivilege', 'BackupFiles::Copy', 'GetProviderMgmtInterface']);

/** Whether an object of interface `name` has the methods of `base`. */
export function derivesFrom(name: string, base: string): boolean {
  for (let current: string | null = name; current !== null; current = interfaces.get(current)?.base ?? null) if (current === base) return true;
  return false;
}

/** All methods of an interface with the table that declares each, its bases' first. */
export function methodsOf(table: InterfaceTable): readonly { readonly table: InterfaceTable; readonly method: Method }[] {
  const base = table.base === null ? undefined : interfaces.get(table.base);
  return [...(base === undefined ? [] : methodsOf(base)), ...table.methods.map((method) => ({ table, method }))];
}

export { ktmTable, txfTable, txrTable, vdiTable, vssTable };
