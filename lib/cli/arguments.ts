/** Options that several commands share, and the checks of their values before anything is started. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes';

export const DRIVERS = ['sqlcmd', 'tedious', 'msnodesqlv8'] as const;
export type Driver = (typeof DRIVERS)[number];

export interface ConnectionOptions {
  readonly server?: string;
  readonly instance?: string;
  readonly driver?: Driver;
  readonly login?: string;
  readonly domain?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly trustServerCertificate?: true;
  readonly machine?: string;
}

export interface OutputOptions {
  readonly json?: true;
}

/** A whole number; suffixes K, M and G count in powers of 1024. */
export function integer(text: string): number {
  const [, digits, suffix = ''] = /^(\d+)([KMG])?$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It must be a whole number, as 4 or 64K.');
  const value = Number(digits) * 1024 ** (' KMG'.indexOf(suffix.toUpperCase() || ' '));
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It is too large.');
  return value;
}

export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value > 0x7fffffff / 1000) throw new InvalidArgumentError('It must be a number of seconds.');
  return value;
}

/** `Sales=D:\Data\Sales.mdf`, given once for each file. */
export function move(text: string, previous: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It must be <logical name>=<path>.');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

const REFUSED_PASSWORD = 'error: a password on the command line can be read by every user of the machine: use --password-env or --password-file';

export function withConnectionOptions(command: Command): Command {
  // commander's own message would repeat the password.
  const refuse = (): never => command.error(REFUSED_PASSWORD);
  return command
    .optionsGroup('Connection:')
    .option('--server <name>', 'host, or host,port, of SQL Server, which must be this machine (default: this machine)')
    .option('--instance <name>', 'instance name without the machine (default: the default instance)')
    .addOption(new Option('--driver <driver>', 'how to connect; sqlcmd and msnodesqlv8 can use Windows authentication (default: sqlcmd)').choices(DRIVERS))
    .option('--login <name>', 'SQL login, in the server role sysadmin (default: the Windows account of this process)')
    .option('--domain <name>', 'with --driver tedious: the login is an account of this Windows domain (NTLM)')
    .option('--password-env <variable>', 'environment variable that holds the password')
    .option('--password-file <file>', 'file that holds the password')
    .option('--trust-server-certificate', 'accept the certificate that SQL Server made itself')
    .addOption(new Option('-P, --password [value]', 'refused').argParser(refuse).preset('').hideHelp())
    .option('--machine <file>', 'use the simulated machine that this file describes, or the running one of that file');
}

export function withOutputOptions(command: Command): Command {
  return command.optionsGroup('Output:').option('--json', 'one JSON object a line: start, progress, message, done, error');
}

/** Examples and the table of exit codes, at the end of a command's help. */
export function withEpilogue(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((example) => `  ${example}\n`).join('')}\n${EXIT_CODES_HELP}`);
}

/** The options behind the fields that the flows' ArgumentErrors name, where they are not `--` and the field's own name. */
const OPTION_OF: Readonly<Record<string, string>> = {
  database: 'the name of the database',
  compression: '--sql-compression',
  after: '--norecovery or --standby',
  'after.standby': '--standby',
  noTruncate: '--no-truncate',
  'timeouts.attachMs': '--attach-timeout',
  volumes: 'the volume',
  writers: '--writer',
  excludeWriters: '--exclude-writer',
  criticalWriters: '--critical-writer',
  components: '--component',
  paths: '--path',
  isolation: '--isolate',
  as: 'the name to expose it as',
  snapshotId: 'the id',
  snapshotSetId: 'the id',
};
const FLOW_FIELD = /^(?:options\.)?(to|from|type|compress|decompress|overwrite|sha256|statement|options|instance|database|timeouts\.attachMs|after(?:\.standby)?|copyOnly|checksum|compression|name|description|blockSize|maxTransferSize|bufferCount|noTruncate|replace|move|stopAt|stopAtMark|stopBeforeMark|restrictedUser|volumes|writers|excludeWriters|criticalWriters|components|paths|isolation|as|snapshotId|snapshotSetId|provider|context)((?:\[\d+\]|\.length)?)$/;

/** `options.blockSize` is `--block-size` here, `to[1]` is `--to[1]`; names of other things (in a machine's file) stay. */
export function optionOf(field: string): string {
  const [, name, rest = ''] = FLOW_FIELD.exec(field) ?? [];
  if (name === undefined) return field;
  return `${OPTION_OF[name] ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`}${rest}`;
}
