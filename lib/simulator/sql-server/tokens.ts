/** T-SQL cut into tokens: names, [quoted] and "quoted" names, 'strings' and N'strings', numbers, variables, signs; comments are dropped. */
import { SqlError } from './messages';

export interface Token {
  /** `word` is an unquoted name or keyword, `name` a quoted name. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'variable' | 'sign' | 'end';
  /** Without quotes. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** sysname: 128 UTF-16 units. */
export const LONGEST_NAME = 128;

const wordStart = /[\p{L}_#]/u;
const wordPart = /[\p{L}\p{Nd}_@#$]/u;

/** Throws SqlError 102, 103, 105, 113 or 1038, as SQL Server does before it runs any of a batch. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;

  const skipTo = (position: number): void => {
    for (let index = at; index < position; index += 1) if (text[index] === '\n') line += 1;
    at = position;
  };
  /** The text from `open` on to the closing sign, which is doubled where it stands for itself. */
  const quoted = (open: number, close: string): { readonly value: string; readonly next: number } => {
    let value = '';
    for (let index = open + 1; ; index += 1) {
      const character = text[index];
      if (character === undefined) throw new SqlError(105, [value.slice(0, LONGEST_NAME)], line);
      if (character !== close) value += character;
      else if (text[index + 1] === close) {
        value += close;
        index += 1;
      } else return { value, next: index + 1 };
    }
  };
  const whileMatches = (from: number, pattern: RegExp): number => {
    let index = from;
    while (index < text.length && pattern.test(text.charAt(index))) index += 1;
    return index;
  };
  const push = (kind: Token['kind'], value: string, next: number): void => {
    tokens.push({ kind, value, line });
    skipTo(next);
  };

  while (at < text.length) {
    const character = text.charAt(at);
    const pair = text.slice(at, at + 2);
    if (/\s/u.test(character)) skipTo(at + 1);
    else if (pair === '--') {
      const end = text.indexOf('\n', at);
      skipTo(end === -1 ? text.length : end);
    } else if (pair === '/*') skipTo(endOfComment(text, at, line));
    else if (character === "'" || ((character === 'N' || character === 'n') && text[at + 1] === "'")) {
      const { value, next } = quoted(character === "'" ? at : at + 1, "'");
      push('string', value, next);
    } else if (character === '[' || character === '"') {
      const { value, next } = quoted(at, character === '[' ? ']' : '"');
      if (value === '') throw new SqlError(1038, [], line);
      if (value.length > LONGEST_NAME) throw new SqlError(103, [value.slice(0, LONGEST_NAME)], line);
      push('name', value, next);
    } else if (/[0-9]/u.test(character)) {
      const next = whileMatches(at, /[0-9]/u);
      push('number', text.slice(at, next), next);
    } else if (character === '@') {
      const next = whileMatches(text[at + 1] === '@' ? at + 2 : at + 1, wordPart);
      push('variable', text.slice(at, next), next);
    } else if (wordStart.test(character)) {
      const next = whileMatches(at, wordPart);
      if (next - at > LONGEST_NAME) throw new SqlError(103, [text.slice(at, at + LONGEST_NAME)], line);
      push('word', text.slice(at, next), next);
    } else if (',;=().*+-'.includes(character)) push('sign', character, at + 1);
    else throw new SqlError(102, [character], line);
  }
  tokens.push({ kind: 'end', value: '', line });
  return tokens;
}

/** Comments nest in T-SQL. */
function endOfComment(text: string, from: number, line: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const pair = text.slice(index, index + 2);
    if (pair === '/*') depth += 1;
    else if (pair === '*/') depth -= 1;
    else continue;
    index += 1;
    if (depth === 0) return index + 1;
  }
  throw new SqlError(113, [], line);
}
