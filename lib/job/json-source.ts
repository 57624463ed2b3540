/** JSON that remembers on which line each field stands, so that an error in a description can say so. Duplicate fields are refused. */

export interface JsonSource {
  readonly value: unknown;
  /** The line, from 1, of the value at a path like `databases[0].name`; of what holds it, where it is not there. */
  lineOf(path: string): number;
}

/** It is not JSON. */
export class JsonSyntaxError extends Error {
  constructor(problem: string, readonly line: number) {
    super(problem);
  }
}

/** Deeper nesting than any description has is refused before it fills the stack. */
const DEEPEST = 100;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Throws JsonSyntaxError. */
export function parseJson(text: string): JsonSource {
  const lines = new Map<string, number>();
  let at = text.startsWith('\ufeff') ? 1 : 0;

  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const fail = (problem: string, offset = at): never => {
    throw new JsonSyntaxError(problem, lineAt(offset));
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  /** Passes the character, and the space around it, if it is next. */
  const passed = (character: string): boolean => {
    take(SPACE);
    if (text[at] !== character) return false;
    at += 1;
    take(SPACE);
    return true;
  };
  const string = (): string => {
    const start = at;
    const quoted = take(STRING) ?? fail('a string must stand here, in double quotes');
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return fail('the string has a character or an escape that JSON does not allow', start);
    }
  };

  const value = (path: string, depth: number): unknown => {
    take(SPACE);
    if (depth > DEEPEST) fail('it is nested too deeply');
    lines.set(path, lineAt(at));
    if (passed('{')) {
      const object: Record<string, unknown> = {};
      if (passed('}')) return object;
      do {
        const name = string();
        const inner = path === '' ? name : `${path}.${name}`;
        if (lines.has(inner)) fail(`${inner} is there twice`);
        if (!passed(':')) fail('a colon must stand here');
        // Not by assignment, which `__proto__` would not survive.
        Object.defineProperty(object, name, { value: value(inner, depth + 1), enumerable: true, configurable: true, writable: true });
      } while (passed(','));
      if (!passed('}')) fail('a comma or } must stand here');
      return object;
    }
    if (passed('[')) {
      const array: unknown[] = [];
      if (passed(']')) return array;
      do array.push(value(`${path}[${String(array.length)}]`, depth + 1));
      while (passed(','));
      if (!passed(']')) fail('a comma or ] must stand here');
      return array;
    }
    if (text[at] === '"') return string();
    return JSON.parse(take(SCALAR) ?? fail('a value must stand here')) as unknown;
  };

  const parsed = value('', 0);
  take(SPACE);
  if (at < text.length) fail('nothing may follow the value');
  return {
    value: parsed,
    lineOf(path) {
      for (let known = path; known !== ''; known = known.replace(/(?:^|\.)[^.[\]]*$|\[\d+\]$/, '')) {
        const line = lines.get(known);
        if (line !== undefined) return line;
      }
      return lines.get('') ?? 1;
    },
  };
}
