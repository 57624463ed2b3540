/** The statements that clients of the virtual device interface send, and what SQL Server says to those that are wrong. */
import * as fc from 'fast-check';
import { SqlError } from '../../lib/simulator/sql-server/messages';
import { parseBatch } from '../../lib/simulator/sql-server/parser';
import { backupOptions, restoreOptions } from '../../lib/simulator/sql-server/statements';
import type { OptionRule, OptionValue } from '../../lib/simulator/sql-server/statements';

function errorOf(text: string): readonly [number: number, line: number | undefined, message: string] {
  try {
    parseBatch(text);
  } catch (error) {
    if (error instanceof SqlError) return [error.number, error.line, error.message];
    throw error;
  }
  throw new Error(`no error in ${text}`);
}

const bracket = (name: string): string => `[${name.replace(/\]/gu, ']]')}]`;
const doubleQuote = (name: string): string => `"${name.replace(/"/gu, '""')}"`;
const quote = (text: string): string => `'${text.replace(/'/gu, "''")}'`;

/** Any name that sysname can hold. */
const names = fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme' }).filter((name) => name.length <= 128);
const quotedNames = fc.tuple(names, fc.constantFrom(bracket, doubleQuote)).map(([name, how]) => ({ name, text: how(name) }));
const strings = fc
  .tuple(
    fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }).filter(({ length }) => length <= 128),
    fc.constantFrom('', 'N', 'n'),
  )
  .map(([value, prefix]) => ({ value, text: prefix + quote(value) }));
/** What may stand between two tokens. */
const gaps = fc.constantFrom(' ', '\n', '\t ', ' -- a comment\n', ' /* one /* in another */ */ ', '\r\n');
const anyCase = (word: string): fc.Arbitrary<string> =>
  fc.constantFrom(word, word.toLowerCase(), word.charAt(0) + word.slice(1).toLowerCase());

interface Shown {
  readonly name: string;
  readonly value: OptionValue;
  readonly text: string;
}

function option(name: string, rule: OptionRule): fc.Arbitrary<Shown> {
  const shown = anyCase(name);
  const number = fc.integer({ min: rule.min ?? 0, max: rule.max ?? 1000 }).map((value) => {
    if (rule.powerOfTwo === true) return 2 ** Math.floor(Math.log2(value));
    return rule.multipleOf === undefined ? value : Math.max(rule.multipleOf, Math.floor(value / rule.multipleOf) * rule.multipleOf);
  });
  if (rule.value === 'none') return shown.map((text) => ({ name, value: true, text }));
  if (rule.value === 'text' || rule.value === 'text?')
    return fc.tuple(shown, strings).map(([text, { value, text: quoted }]) => ({ name, value, text: `${text} = ${quoted}` }));
  const given = fc.tuple(shown, number).map(([text, value]): Shown => ({ name, value, text: `${text}=${String(value)}` }));
  return rule.value === 'number'
    ? given
    : fc.oneof(
        given,
        shown.map((text): Shown => ({ name, value: true, text })),
      );
}

/** Options that can stand together, in any order. */
function options(rules: Readonly<Record<string, OptionRule>>, target: string): fc.Arbitrary<readonly Shown[]> {
  const possible = Object.entries(rules).filter(([, { targets }]) => targets === undefined || targets.includes(target));
  return fc.shuffledSubarray(possible).chain((chosen) => {
    const kept = chosen.filter(([name, { against }], index) =>
      chosen.every(([other, rule], at) => at >= index || (other !== against && rule.against !== name)),
    );
    return fc.tuple(...kept.map(([name, rule]) => option(name, rule)));
  });
}

const asRecord = (shown: readonly Shown[]): Record<string, OptionValue> =>
  Object.fromEntries(shown.map(({ name, value }) => [name, value]));

describe('the parser', () => {
  it('reads every BACKUP that it should, whatever the quoting, case, comments and order', () => {
    const statements = fc
      .constantFrom('DATABASE', 'LOG')
      .chain((target) =>
        fc.tuple(
          fc.constant(target),
          quotedNames,
          fc.array(strings, { minLength: 1, maxLength: 64 }),
          options(backupOptions, target),
          gaps,
          anyCase('BACKUP'),
          fc.constantFrom('', ';', ' ;;'),
        ),
      );
    fc.assert(
      fc.property(statements, ([target, database, devices, shown, gap, backup, end]) => {
        const list = devices.map(({ text }) => `virtual_device${gap}=${gap}${text}`).join(`${gap},${gap}`);
        const given = shown.length === 0 ? '' : `${gap}with${gap}${shown.map(({ text }) => text).join(`,${gap}`)}`;
        const [parsed] = parseBatch(`${backup}${gap}${target}${gap}${database.text}${gap}to${gap}${list}${given}${end}`);
        expect(parsed).toEqual({
          kind: 'backup',
          line: 1,
          target,
          database: database.name,
          devices: devices.map(({ value }) => value),
          options: asRecord(shown),
        });
      }),
      { numRuns: 200 },
    );
  });

  it('reads every RESTORE that it should', () => {
    const targets = fc.constantFrom('DATABASE', 'LOG', 'VERIFYONLY', 'HEADERONLY', 'FILELISTONLY', 'LABELONLY');
    const statements = targets.chain((target) =>
      fc.tuple(
        fc.constant(target),
        quotedNames,
        fc.array(strings, { minLength: 1, maxLength: 8 }),
        options(restoreOptions, target),
        gaps,
        fc.array(fc.tuple(strings, strings), { maxLength: 3 }),
      ),
    );
    fc.assert(
      fc.property(statements, ([target, database, devices, shown, gap, moves]) => {
        const named = target === 'DATABASE' || target === 'LOG';
        const list = devices.map(({ text }) => `VIRTUAL_DEVICE=${text}`).join(',');
        const clauses = [
          ...shown.map(({ text }) => text),
          ...moves.map(([logical, physical]) => `MOVE${gap}${logical.text}${gap}TO${gap}${physical.text}`),
        ];
        const given = clauses.length === 0 ? '' : `${gap}WITH${gap}${clauses.join(',')}`;
        const [parsed] = parseBatch(`RESTORE${gap}${target}${gap}${named ? database.text : ''}${gap}FROM${gap}${list}${given}`);
        expect(parsed).toEqual({
          kind: 'restore',
          line: 1,
          target,
          database: named ? database.name : undefined,
          devices: devices.map(({ value }) => value),
          options: asRecord(shown),
          moves: moves.map(([logical, physical]) => ({ logical: logical.value, physical: physical.value })),
        });
      }),
      { numRuns: 200 },
    );
  });

  it('says something typed to every text, and never loops', () => {
    const pieces = fc.constantFrom(
      'BACKUP',
      'RESTORE',
      'DATABASE',
      'LOG',
      'TO',
      'FROM',
      'WITH',
      'VIRTUAL_DEVICE',
      '=',
      ',',
      ';',
      "'x'",
      "'",
      '[',
      ']',
      '[a]',
      '"',
      '/*',
      '*/',
      '--',
      '\n',
      '@a',
      'STATS',
      '10',
      'x',
      '%',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 12 }).map((list) => list.join(' ')),
        ),
        (text) => {
          try {
            expect(Array.isArray(parseBatch(text))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(SqlError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes the statements that follow one another, with or without semicolons', () => {
    const batch = parseBatch("USE master SET NOCOUNT ON; BACKUP LOG a TO VIRTUAL_DEVICE='x'\nSELECT @@VERSION");
    expect(batch.map(({ kind, line }) => [kind, line])).toEqual([
      ['use', 1],
      ['set', 1],
      ['backup', 1],
      ['select', 2],
    ]);
  });

  it.each([
    ["BACKUP DATABASE TO VIRTUAL_DEVICE='x'", 156, 'TO'],
    ['BACKUP DATABASE Sales', 102, 'Sales'],
    ['BACKUP DATABASE Sales TO', 102, 'TO'],
    ['BACKUP DATABASE Sales TO VIRTUAL_DEVICE', 102, 'VIRTUAL_DEVICE'],
    ['BACKUP DATABASE Sales TO VIRTUAL_DEVICE=x', 102, 'x'],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH", 102, 'WITH'],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x',", 102, ','],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE=''", 102, ''],
    ["BACKUP DATABASE Sales FROM VIRTUAL_DEVICE='x'", 156, 'FROM'],
    ["BACKUP NONSENSE Sales TO VIRTUAL_DEVICE='x'", 102, 'NONSENSE'],
    ['EXECUTE sp_who', 156, 'EXECUTE'],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH STATS = 'ten'", 102, 'ten'],
  ])('calls %s a syntax error near what is wrong', (text, number, near) => {
    const [found, , message] = errorOf(text);
    expect(found).toBe(number);
    expect(message).toContain(`'${near}'`);
  });

  it.each([
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH NONSENSE", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH REPLACE", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH BLOCKSIZE = 1000", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH BLOCKSIZE = 131072", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH MAXTRANSFERSIZE = 65537", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH MAXTRANSFERSIZE = 8388608", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH STATS = 101", 155],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH CHECKSUM, NO_CHECKSUM", 3031],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH CHECKSUM, CHECKSUM", 3031],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH SNAPSHOT, DIFFERENTIAL", 3031],
    ["BACKUP LOG Sales TO VIRTUAL_DEVICE='x' WITH DIFFERENTIAL", 3032],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' WITH NORECOVERY", 3032],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x' MIRROR TO VIRTUAL_DEVICE='y'", 3032],
    ["RESTORE HEADERONLY FROM VIRTUAL_DEVICE='x' WITH REPLACE", 3032],
    ["BACKUP DATABASE @name TO VIRTUAL_DEVICE='x'", 137],
    ['BACKUP DATABASE Sales TO VIRTUAL_DEVICE=@x', 137],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='x", 105],
    ['BACKUP DATABASE [Sales', 105],
    ['BACKUP DATABASE []', 1038],
    ['BACKUP /* DATABASE', 113],
    [`BACKUP DATABASE ${'a'.repeat(129)} TO VIRTUAL_DEVICE='x'`, 103],
    [`BACKUP DATABASE [${'a'.repeat(129)}] TO VIRTUAL_DEVICE='x'`, 103],
    [`BACKUP DATABASE Sales TO ${Array.from({ length: 65 }, (_, index) => `VIRTUAL_DEVICE='${String(index)}'`).join(',')}`, 3205],
    ["BACKUP DATABASE Sales TO DISK='x'", 50000],
    ["BACKUP DATABASE Sales FILE='x' TO VIRTUAL_DEVICE='x'", 50000],
  ])('refuses %s with %i', (text, number) => {
    expect(errorOf(text)[0]).toBe(number);
  });

  it('tells the line of the error, through comments and strings of several lines', () => {
    expect(errorOf("/* one\ntwo */\nBACKUP LOG [a\nb] TO VIRTUAL_DEVICE='x'\nWITH NONSENSE")[1]).toBe(5);
  });
});
