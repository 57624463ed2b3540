/** Parses the batches that clients of the virtual device interface send: BACKUP, RESTORE, and the little around them. */
import { SqlError } from './messages';
import { backupOptions, restoreOptions } from './statements';
import type {
  BackupStatement,
  Expression,
  OptionRule,
  OptionValue,
  Options,
  RestoreStatement,
  RestoreTarget,
  SelectStatement,
  Statement,
} from './statements';
import { tokenize } from './tokens';
import type { Token } from './tokens';

/** The reserved words of T-SQL that can stand next to ours: as a bare name each is a syntax error (156). */
const reserved = new Set(
  (
    'ADD ALL ALTER AND AS ASC BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASE CHECK CHECKPOINT CLOSE COLUMN COMMIT CREATE CROSS CURRENT DATABASE DBCC DECLARE DEFAULT ' +
    'DELETE DENY DESC DISK DISTINCT DROP DUMP ELSE END EXEC EXECUTE EXISTS FETCH FILE FOR FROM FULL FUNCTION GOTO GRANT GROUP HAVING IF IN INDEX INNER INSERT INTO IS ' +
    'JOIN KEY KILL LEFT LIKE LOAD MERGE NOT NULL OF OFF ON OPEN OPTION OR ORDER OUTER OVER PLAN PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ RECONFIGURE RESTORE ' +
    'RETURN REVERT REVOKE RIGHT ROLLBACK RULE SAVE SCHEMA SELECT SET SHUTDOWN STATISTICS TABLE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE UNION UNIQUE UPDATE USE USER ' +
    'VALUES VIEW WAITFOR WHEN WHERE WHILE WITH'
  ).split(' '),
);

/** No more backup devices in a statement than this: error 3205. */
export const MOST_DEVICES = 64;
const LONGEST_DEVICE_NAME = 128;

/** Throws SqlError for the first thing that is wrong; nothing of the batch runs then. */
export function parseBatch(text: string): readonly Statement[] {
  return new Parser(tokenize(text)).batch();
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  batch(): readonly Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      while (this.takeSign(';'));
      if (this.token.kind === 'end') return statements;
      statements.push(this.statement());
    }
  }

  private statement(): Statement {
    const { line } = this.token;
    if (this.takeWord('BACKUP')) return this.backup(line);
    if (this.takeWord('RESTORE')) return this.restore(line);
    if (this.takeWord('SELECT')) return this.select(line);
    if (this.takeWord('USE')) return { kind: 'use', line, database: this.name() };
    if (this.takeWord('SET')) {
      do this.name();
      while (this.token.kind === 'word' && !reserved.has(this.token.value.toUpperCase()));
      if (!this.takeWord('ON') && !this.takeWord('OFF')) this.literal();
      return { kind: 'set', line };
    }
    return this.fail();
  }

  private backup(line: number): BackupStatement {
    const target = this.oneOf(['DATABASE', 'LOG']);
    const database = this.name();
    this.refuse(['FILE', 'FILEGROUP', 'READ_WRITE_FILEGROUPS'], 'BACKUP of files and filegroups');
    this.expectWord('TO');
    const devices = this.devices();
    if (this.isWord('MIRROR')) throw new SqlError(3032, ['MIRROR TO'], this.token.line);
    const { options } = this.withOptions('BACKUP', target, backupOptions);
    return { kind: 'backup', line, target, database, devices, options };
  }

  private restore(line: number): RestoreStatement {
    const target: RestoreTarget = this.oneOf(['DATABASE', 'LOG', 'VERIFYONLY', 'HEADERONLY', 'FILELISTONLY', 'LABELONLY']);
    const database = target === 'DATABASE' || target === 'LOG' ? this.name() : undefined;
    if (database !== undefined)
      this.refuse(['FILE', 'FILEGROUP', 'READ_WRITE_FILEGROUPS', 'PAGE'], 'RESTORE of files, filegroups and pages');
    // RESTORE DATABASE x WITH RECOVERY recovers what earlier statements have restored.
    const alone = target === 'DATABASE' && !this.isWord('FROM');
    if (!alone) this.expectWord('FROM');
    const devices = alone ? [] : this.devices();
    const { options, moves } = this.withOptions('RESTORE', target, restoreOptions);
    return { kind: 'restore', line, target, database, devices, options, moves };
  }

  private devices(): readonly string[] {
    const devices: string[] = [];
    do {
      const { line } = this.token;
      if (!this.takeWord('VIRTUAL_DEVICE')) {
        this.refuse(['DISK', 'TAPE', 'URL', 'PIPE', 'DATABASE_SNAPSHOT'], 'devices other than VIRTUAL_DEVICE');
        this.fail();
      }
      this.expectSign('=');
      const name = this.text();
      if (name === '' || name.length > LONGEST_DEVICE_NAME) throw new SqlError(102, [name.slice(0, LONGEST_DEVICE_NAME)], line);
      devices.push(name);
      if (devices.length > MOST_DEVICES) throw new SqlError(3205, [MOST_DEVICES], line);
    } while (this.takeSign(','));
    return devices;
  }

  private withOptions(
    verb: string,
    target: string,
    rules: Readonly<Record<string, OptionRule>>,
  ): { options: Options; moves: RestoreStatement['moves'] } {
    const options: Record<string, OptionValue> = {};
    const moves: { logical: string; physical: string }[] = [];
    if (this.takeWord('WITH')) {
      do {
        const { line } = this.token;
        if (verb === 'RESTORE' && this.takeWord('MOVE')) {
          const logical = this.text();
          this.expectWord('TO');
          moves.push({ logical, physical: this.text() });
          continue;
        }
        if (this.token.kind !== 'word') this.fail();
        const name = this.token.value.toUpperCase();
        this.refuse(['ENCRYPTION', 'CREDENTIAL', 'PASSWORD', 'MEDIAPASSWORD', 'METADATA_ONLY'], `the option ${name}`);
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        if (rule === undefined) throw new SqlError(155, [this.token.value, verb], line);
        this.at += 1;
        if (rule.targets?.includes(target) === false) throw new SqlError(3032, [name], line);
        if (Object.hasOwn(options, name)) throw new SqlError(3031, [name, name], line);
        options[name] = this.optionValue(name, rule, verb);
      } while (this.takeSign(','));
    }
    for (const name of Object.keys(options)) {
      const against = rules[name]?.against;
      if (against !== undefined && Object.hasOwn(options, against)) throw new SqlError(3031, [name, against], this.token.line);
    }
    return { options, moves };
  }

  private optionValue(name: string, rule: OptionRule, verb: string): OptionValue {
    if (rule.value === 'none') return true;
    if (rule.value.endsWith('?') && !this.isSign('=')) return true;
    this.expectSign('=');
    const { line } = this.token;
    if (rule.value.startsWith('text')) return this.text();
    const value = this.integer();
    const fits =
      value >= (rule.min ?? 0) &&
      value <= (rule.max ?? Infinity) &&
      value % (rule.multipleOf ?? 1) === 0 &&
      (rule.powerOfTwo === undefined || Number.isInteger(Math.log2(value)));
    if (!fits) throw new SqlError(155, [`${name} = ${String(value)}`, verb], line);
    return value;
  }

  private select(line: number): SelectStatement {
    const columns: SelectStatement['columns'][number][] = [];
    do {
      if (this.takeSign('*')) columns.push({ expression: '*', alias: undefined });
      else {
        const expression = this.expression();
        const alias = this.takeWord('AS') ? this.name() : this.token.kind === 'name' ? this.name() : undefined;
        columns.push({ expression, alias });
      }
    } while (this.takeSign(','));
    let from: string | undefined;
    let where: SelectStatement['where'];
    if (this.takeWord('FROM')) {
      from = this.name();
      while (this.takeSign('.')) from = `${from}.${this.name()}`;
      if (this.takeWord('WHERE')) {
        const column = this.name();
        this.expectSign('=');
        const value = this.literal();
        where = { column, value: value ?? '' };
      }
    }
    return { kind: 'select', line, columns, from, where };
  }

  private expression(): Expression {
    const { token } = this;
    if (token.kind === 'variable') {
      if (!token.value.startsWith('@@')) throw new SqlError(137, [token.value], token.line);
      this.at += 1;
      return { kind: 'call', name: token.value.toUpperCase(), args: [] };
    }
    if (token.kind === 'string' || token.kind === 'number' || this.isWord('NULL')) return { kind: 'literal', value: this.literal() };
    const name = this.name();
    if (!this.takeSign('(')) return { kind: 'column', name };
    const args: Expression[] = [];
    while (!this.takeSign(')')) {
      if (args.length > 0) this.expectSign(',');
      args.push(this.expression());
    }
    return { kind: 'call', name: name.toUpperCase(), args };
  }

  private literal(): string | number | null {
    if (this.takeWord('NULL')) return null;
    return this.token.kind === 'number' ? this.integer() : this.text();
  }

  private get token(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw new RangeError('read past the end token');
    return token;
  }

  private isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.value.toUpperCase() === word;
  }

  private isSign(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.value === sign;
  }

  private takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at += 1;
    return true;
  }

  private takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at += 1;
    return true;
  }

  private expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail();
  }

  private expectSign(sign: string): void {
    if (!this.takeSign(sign)) this.fail();
  }

  private oneOf<T extends string>(words: readonly T[]): T {
    for (const word of words) if (this.takeWord(word)) return word;
    return this.fail();
  }

  /** What the real server can do and this one cannot is said so, not called a syntax error. */
  private refuse(words: readonly string[], what: string): void {
    if (words.some((word) => this.isWord(word))) throw new SqlError(50000, [what], this.token.line);
  }

  private name(): string {
    const { token } = this;
    if (token.kind === 'variable') throw new SqlError(137, [token.value], token.line);
    if (token.kind !== 'name' && (token.kind !== 'word' || reserved.has(token.value.toUpperCase()))) this.fail();
    this.at += 1;
    return token.value;
  }

  private text(): string {
    const { token } = this;
    if (token.kind === 'variable') throw new SqlError(137, [token.value], token.line);
    if (token.kind !== 'string') this.fail();
    this.at += 1;
    return token.value;
  }

  private integer(): number {
    const { token } = this;
    if (token.kind === 'variable') throw new SqlError(137, [token.value], token.line);
    if (token.kind !== 'number') this.fail();
    this.at += 1;
    return Number(token.value);
  }

  private fail(): never {
    const { token } = this;
    if (token.kind === 'word' && reserved.has(token.value.toUpperCase())) throw new SqlError(156, [token.value], token.line);
    // At the end SQL Server names the last thing that it read.
    const near = token.kind === 'end' ? this.tokens[this.at - 1] : token;
    throw new SqlError(102, [near?.value ?? ''], token.line);
  }
}
