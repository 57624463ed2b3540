/**
 * The XML of the simulated service's documents: its own format, marked as such, because Microsoft's is opaque by contract (facts/vss.md 3.4).
 * Plain data in, plain data out; a document that somebody broke is told from one that is something else.
 */
import { VSS_HRESULT } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';

export type Data = null | boolean | number | bigint | string | readonly Data[] | { readonly [name: string]: Data };

/** What every document of the simulator begins with. */
const NAMESPACE = 'urn:winbackup:simulated-vss:1';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };
const unescapes: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_match, code: string | undefined, name: string | undefined) => {
    const character = code === undefined ? unescapes[name ?? ''] : String.fromCodePoint(Number(code));
    if (character === undefined) throw new Failure(VSS_HRESULT.VSS_E_CORRUPT_XML_DOCUMENT);
    return character;
  });
}

function element(name: string, value: Data, attributes = ''): string {
  if (value === null) return `<${name}${attributes} type="null"/>`;
  if (Array.isArray(value)) return `<${name}${attributes} type="list">${value.map((item: Data) => element('item', item)).join('')}</${name}>`;
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(([field, item]) => element(field, item));
    return `<${name}${attributes} type="record">${fields.join('')}</${name}>`;
  }
  return `<${name}${attributes} type="${typeof value}">${escape(String(value))}</${name}>`;
}

/** A document whose root is `root`, for example `SimulatedWriterMetadata`. */
export function writeDocument(root: string, value: Data): string {
  return `<?xml version="1.0"?>${element(root, value, ` xmlns="${NAMESPACE}"`)}`;
}

interface Node {
  readonly name: string;
  readonly type: string;
  readonly namespace: string | undefined;
  text: string;
  readonly children: Node[];
}

function parse(xml: string): Node {
  const corrupt = (): Failure => new Failure(VSS_HRESULT.VSS_E_CORRUPT_XML_DOCUMENT);
  const top: Node = { name: '', type: 'top', namespace: undefined, text: '', children: [] };
  const open: Node[] = [top];
  const tokens = /<\?[^>]*\?>|<(\/?)([A-Za-z][\w.:-]*)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (tokens.lastIndex < xml.length) {
    const token = tokens.exec(xml);
    const current = open.at(-1);
    if (token === null || current === undefined) throw corrupt();
    const [, closing, name, attributes = '', empty, text] = token;
    if (text !== undefined) current.text += unescape(text);
    else if (name === undefined) continue;
    else if (closing === '/') {
      if (current.name !== name || open.length === 1) throw corrupt();
      open.pop();
    } else {
      const type = /\stype="(\w+)"/.exec(attributes)?.[1] ?? '';
      const node: Node = { name, type, namespace: /\sxmlns="([^"]*)"/.exec(attributes)?.[1], text: '', children: [] };
      current.children.push(node);
      if (empty !== '/') open.push(node);
    }
  }
  const [root, ...others] = top.children;
  if (open.length !== 1 || root === undefined || others.length > 0) throw corrupt();
  return root;
}

function value(node: Node): Data {
  switch (node.type) {
    case 'null':
      return null;
    case 'boolean':
      return node.text === 'true';
    case 'number':
      return Number(node.text);
    case 'bigint':
      return BigInt(node.text);
    case 'string':
      return node.text;
    case 'list':
      return node.children.map(value);
    case 'record':
      return Object.fromEntries(node.children.map((child) => [child.name, value(child)]));
    default:
      throw new Failure(VSS_HRESULT.VSS_E_INVALID_XML_DOCUMENT);
  }
}

/** Throws VSS_E_CORRUPT_XML_DOCUMENT for what is no XML, VSS_E_INVALID_XML_DOCUMENT for a document of another kind. */
export function readDocument(root: string, xml: string): Data {
  const node = parse(xml);
  if (node.name !== root || node.namespace !== NAMESPACE) throw new Failure(VSS_HRESULT.VSS_E_INVALID_XML_DOCUMENT);
  return value(node);
}

/** Whether `data` has the shape of `template`: same kinds of values, every field of a record, each item of a list like the template's first. */
function hasShape(data: Data, template: Data): boolean {
  // What is null in the template may be anything: an optional value.
  if (template === null) return true;
  if (Array.isArray(template)) {
    const [first] = template as readonly Data[];
    return Array.isArray(data) && (first === undefined || data.every((item: Data) => hasShape(item, first)));
  }
  if (typeof template !== 'object') return typeof data === typeof template;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  return Object.entries(template).every(([name, field]) => hasShape((data as Readonly<Record<string, Data>>)[name] ?? null, field) && name in data);
}

/** Checks data of a document against an example of what belongs there; throws VSS_E_INVALID_XML_DOCUMENT. */
export function checkShape(data: Data, template: Data): void {
  if (!hasShape(data, template)) throw new Failure(VSS_HRESULT.VSS_E_INVALID_XML_DOCUMENT);
}
