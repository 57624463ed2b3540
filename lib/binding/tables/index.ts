/** All interface tables, by family and by name. */
import type { ApiTable, InterfaceTable, Method, StructTable } from '../table';
import { vdiTable } from './vdi';

export const apiTables: readonly ApiTable[] = [vdiTable];

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

export { vdiTable };
