/** The few SELECTs that clients of the virtual device interface send to learn where they are. */
import type { PlainRecord, PlainValue } from '../../binding/channel';
import type { SqlServerInstance, SqlSession } from './instance';
import { SqlError } from './messages';
import type { RunningStatement } from './running-statement';
import type { Expression, SelectStatement } from './statements';

export function runSelect(
  statement: RunningStatement,
  instance: SqlServerInstance,
  session: SqlSession,
  { columns, from, where }: SelectStatement,
): void {
  for (const source of rows(instance, from)) {
    if (where !== undefined && !equal(column(source, where.column), where.value)) continue;
    const row: Record<string, PlainValue> = {};
    for (const [index, { expression, alias }] of columns.entries()) {
      if (expression === '*') Object.assign(row, source);
      else
        row[alias ?? (expression.kind === 'column' ? expression.name : `column${String(index + 1)}`)] = evaluate(
          expression,
          instance,
          session,
          source,
        );
    }
    statement.row(row);
  }
}

function rows(instance: SqlServerInstance, from: string | undefined): readonly PlainRecord[] {
  if (from === undefined) return [{}];
  if (!/^(master\.)?sys\.databases$/iu.test(from)) throw new SqlError(208, [from]);
  return instance.databases.map(({ name, state, standby, recoveryModel }, index) => ({
    name,
    database_id: index + 1,
    state: state === 'ONLINE' ? 0 : 1,
    state_desc: state,
    is_in_standby: standby,
    recovery_model_desc: recoveryModel,
  }));
}

/** Strings compare without regard to case, as in the default collation. */
function equal(left: PlainValue, right: string | number): boolean {
  return typeof left === 'string' ? left.toLowerCase() === String(right).toLowerCase() : left === right;
}

function column(row: PlainRecord, name: string): PlainValue {
  const known = Object.keys(row).find((key) => key.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw new SqlError(207, [name]);
  return row[known] ?? null;
}

function evaluate(expression: Expression, instance: SqlServerInstance, session: SqlSession, row: PlainRecord): PlainValue {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'column') return column(row, expression.name);
  const [first] = expression.args.map((argument) => evaluate(argument, instance, session, row));
  const text = typeof first === 'string' ? first.toLowerCase() : '';
  switch (expression.name) {
    case '@@SERVERNAME':
      return instance.serverName;
    case '@@SERVICENAME':
      return instance.name;
    case '@@SPID':
      return session.id;
    case '@@VERSION':
      return `Microsoft SQL Server (simulated by winbackup) - ${instance.version}`;
    case 'SERVERPROPERTY':
      return serverProperties(instance).get(text) ?? null;
    case 'IS_SRVROLEMEMBER':
      return text === 'sysadmin' ? Number(session.login.sysadmin) : text === 'public' ? 1 : null;
    case 'SUSER_SNAME':
    case 'SUSER_NAME':
    case 'ORIGINAL_LOGIN':
      return session.login.name;
    case 'DB_NAME':
      return session.database;
    case 'DB_ID': {
      const index = instance.databases.findIndex(
        ({ name }) => name.toLowerCase() === (text === '' ? session.database.toLowerCase() : text),
      );
      return index < 0 ? null : index + 1;
    }
    case 'HAS_DBACCESS':
      return instance.findDatabase(text) === undefined ? null : 1;
    default:
      throw new SqlError(195, [expression.name]);
  }
}

function serverProperties({ name, isDefault, serverName, version }: SqlServerInstance): ReadonlyMap<string, PlainValue> {
  return new Map<string, PlainValue>([
    ['instancename', isDefault ? null : name],
    ['servername', serverName],
    ['machinename', 'SIMULATED'],
    ['productversion', version],
    ['productmajorversion', version.split('.')[0] ?? null],
    ['edition', 'Enterprise Edition (simulated)'],
    ['engineedition', 3],
    ['isintegratedsecurityonly', 0],
    ['collation', 'SQL_Latin1_General_CP1_CI_AS'],
  ]);
}
