/** Which writers and components take part: names as people give them, resolved against what the writers say of themselves. */
import { ArgumentError, checkKnownFields, checkString } from '../binding';
import type { ComponentMetadata, WriterMetadata } from './writer-metadata';

/** A component by name; without a name, every one of the writer that has to be added explicitly. */
export interface ComponentSelection {
  /** The writer's name, class id or instance id. */
  readonly writer: string;
  readonly logicalPath?: string | null;
  readonly name?: string;
}

export interface ComponentAddress {
  readonly instanceId: string;
  readonly writerId: string;
  /** VSS_COMPONENT_TYPE. */
  readonly type: number;
  readonly logicalPath: string | null;
  readonly name: string;
}

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** The id in the form that VSS gives it, or undefined for a name. */
export function idOf(nameOrId: string): string | undefined {
  return GUID.exec(nameOrId)?.[1]?.toLowerCase();
}

const fold = (text: string | null | undefined): string => (text ?? '').toLowerCase();

export function isNamed({ writerName, writerId, instanceId }: Pick<WriterMetadata, 'writerName' | 'writerId' | 'instanceId'>, nameOrId: string): boolean {
  const id = idOf(nameOrId);
  return id === undefined ? fold(writerName) === fold(nameOrId) : id === writerId || id === instanceId;
}

/** Throws ArgumentError when no writer is called so. */
export function writersNamed(field: string, nameOrId: string, writers: readonly WriterMetadata[]): readonly WriterMetadata[] {
  const found = writers.filter((writer) => isNamed(writer, nameOrId));
  if (found.length > 0) return found;
  const there = writers.map(({ writerName }) => writerName).join(', ');
  throw new ArgumentError(field, `names no writer that answers here: ${nameOrId} (there are: ${there === '' ? 'none' : there})`);
}

export function checkNames(field: string, names: unknown): readonly string[] {
  if (!Array.isArray(names)) throw new ArgumentError(field, 'must be an array of names or ids of writers');
  return names.map((name: unknown, index) => {
    checkString(`${field}[${String(index)}]`, name);
    if (name === '') throw new ArgumentError(`${field}[${String(index)}]`, 'must not be empty');
    return name;
  });
}

/** Checks the shape; whether there are such components shows once the writers have answered. */
export function checkSelection(field: string, selection: unknown): readonly ComponentSelection[] {
  if (!Array.isArray(selection)) throw new ArgumentError(field, 'must be an array of components');
  if (selection.length === 0) throw new ArgumentError(field, 'must name at least one component');
  return selection.map((value: unknown, index) => {
    const at = `${field}[${String(index)}]`;
    if (typeof value !== 'object' || value === null) throw new ArgumentError(at, 'must be an object');
    checkKnownFields(at, value, ['writer', 'logicalPath', 'name']);
    const { writer, logicalPath, name } = value as Readonly<Record<string, unknown>>;
    checkString(`${at}.writer`, writer);
    if (logicalPath !== undefined && logicalPath !== null) checkString(`${at}.logicalPath`, logicalPath);
    if (name === undefined) {
      if (logicalPath !== undefined) throw new ArgumentError(`${at}.logicalPath`, 'needs a name');
      return { writer };
    }
    checkString(`${at}.name`, name);
    return { writer, name, ...(logicalPath === undefined ? {} : { logicalPath }) };
  });
}

const fullPath = ({ logicalPath, name }: ComponentMetadata): string => fold(logicalPath === null || logicalPath === '' ? name : `${logicalPath}\\${name}`);

/** Of a writer's components: the one that brings a given one along, a selectable ancestor (facts/vss.md 2.1 7). */
function selectableAncestors({ components }: WriterMetadata): (component: ComponentMetadata) => ComponentMetadata | undefined {
  const selectable = new Map<string, ComponentMetadata[]>();
  for (const component of components) if (component.selectable) selectable.set(fullPath(component), [...(selectable.get(fullPath(component)) ?? []), component]);
  return (component) => {
    const parts = fold(component.logicalPath).split('\\');
    for (let length = 1; length <= parts.length; length += 1) {
      const ancestor = selectable.get(parts.slice(0, length).join('\\'))?.find((other) => other !== component);
      if (ancestor !== undefined) return ancestor;
    }
    return undefined;
  };
}

/** What AddComponent is called with. Throws ArgumentError for a component that no writer has, or that cannot be added. */
export function resolveComponents(field: string, selection: readonly ComponentSelection[], writers: readonly WriterMetadata[]): readonly ComponentAddress[] {
  const resolved = new Map<string, ComponentAddress>();
  selection.forEach((wanted, index) => {
    const at = `${field}[${String(index)}]`;
    let found = 0;
    for (const writer of writersNamed(`${at}.writer`, wanted.writer, writers)) {
      const ancestorOf = selectableAncestors(writer);
      for (const component of writer.components) {
        const ancestor = ancestorOf(component);
        if (wanted.name === undefined ? ancestor !== undefined : !isCalled(component, wanted)) continue;
        if (ancestor !== undefined && !component.selectable) {
          throw new ArgumentError(at, `cannot be added: it comes with ${ancestor.name}, of which it is a part`);
        }
        found += 1;
        const { instanceId, writerId } = writer;
        const { type, logicalPath, name } = component;
        resolved.set([instanceId, writerId, type, fold(logicalPath), fold(name)].join('|'), { instanceId, writerId, type, logicalPath, name });
      }
    }
    // In component mode such a writer would get nothing after PrepareForBackup (facts/vss.md 3.1): no backup of it, though it was asked for.
    if (found === 0 && wanted.name === undefined) throw new ArgumentError(at, `names a writer that has no components: ${wanted.writer}`);
    if (found === 0) throw new ArgumentError(at, `is not a component of ${wanted.writer}: ${String(wanted.name)}`);
  });
  return [...resolved.values()];
}

export function isCalled(component: { readonly logicalPath: string | null; readonly name: string }, wanted: { readonly logicalPath?: string | null; readonly name?: string }): boolean {
  return fold(component.name) === fold(wanted.name) && (wanted.logicalPath === undefined || fold(component.logicalPath) === fold(wanted.logicalPath));
}
