/**
 * What the command says: text with a progress bar on a terminal, or one JSON object a line (`--json`). It goes to standard output, or to
 * standard error where standard output carries the backup itself. What a simulated machine made is called `simulated`, on every line.
 */
import { ArgumentError, errorCode } from '../binding/errors';
import { isSqlError } from '../binding/sql';
import type { SqlMessage } from '../binding/sql';
import { TransferAbortError } from '../vdi/errors';
import { optionOf } from './arguments';
import { causes, failuresOf } from './causes';
import { defined } from './defined';
import { hintFor } from './hints';
import type { Io } from './io';

export interface ProgressFigures {
  /** Of a job. */
  readonly part?: string;
  readonly bytes: number;
  /** 0 to 100, as SQL Server reports it; absent before its first report. */
  readonly percent?: number | undefined;
  readonly bytesPerSecond: number;
}

export interface ReporterOptions {
  readonly json?: true;
  /** Standard output carries data. */
  readonly dataOnStdout?: boolean;
  /** How things are after an abort that has left no file behind. */
  readonly afterAbort?: string;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${power === 0 ? String(Math.round(bytes)) : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

const BAR_CELLS = 30;
/** Without a terminal, progress is a line after each of these. */
const STEP_PERCENT = 10;

export function progressBar({ bytes, percent, bytesPerSecond }: ProgressFigures): string {
  const done = percent === undefined ? 0 : Math.round((Math.min(100, percent) / 100) * BAR_CELLS);
  const share = percent === undefined ? '  ? %' : `${percent.toFixed(0).padStart(3)} %`;
  return `[${'#'.repeat(done)}${'-'.repeat(BAR_CELLS - done)}] ${share}  ${formatBytes(bytes)}  ${formatBytes(bytesPerSecond)}/s`;
}

/** Bigints (LSNs, addresses) become strings, errors their messages; Node's Buffers and views are not printed. */
const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  return value instanceof Uint8Array ? `${String(value.byteLength)} bytes` : value;
};

export class Reporter {
  /** Once it is known. */
  simulated: boolean | undefined;
  private barShown = false;
  private stepShown = 0;
  private partShown: string | undefined;

  constructor(private readonly io: Pick<Io, 'stdout' | 'stderr'>, private readonly options: ReporterOptions) {}

  /** Something happened: `text` for people, `event` with its fields for machines. */
  say(event: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.options.json === true) this.json(event, fields);
    else this.line(text);
  }

  /** For people only; a JSON reader has the event that follows. */
  note(text: string): void {
    if (this.options.json !== true) this.line(text);
  }

  progress(figures: ProgressFigures): void {
    if (this.options.json === true) {
      this.json('progress', { ...figures });
      return;
    }
    if (figures.part !== this.partShown) this.stepShown = 0;
    this.partShown = figures.part;
    if (this.io.stderr.isTTY !== true) {
      const step = Math.floor((figures.percent ?? 0) / STEP_PERCENT);
      if (step > this.stepShown) this.line(progressBar(figures));
      this.stepShown = Math.max(step, this.stepShown);
      return;
    }
    const bar = `${this.prefix()}${progressBar(figures)}`;
    this.io.stderr.write(`\r${bar.slice(0, (this.io.stderr.columns ?? 80) - 1)}\u001b[K`);
    this.barShown = true;
  }

  /** Warnings of SQL Server, and errors that preceded a success; in JSON they are among the messages of `done`. */
  warnings(messages: readonly SqlMessage[]): void {
    for (const { number, message } of messages) if (!SHOWN_OTHERWISE.includes(number)) this.note(`SQL Server ${String(number)}: ${message}`);
  }

  /** A failure, and what to do about it. */
  error(thrown: unknown, exitCode: number): void {
    const [error, ...later] = failuresOf(thrown);
    const hint = hintFor(error);
    const text = textOf(error);
    const thenFailed = later.map((each) => ({ code: errorCode(each) ?? null, message: textOf(each) }));
    if (this.options.json === true) {
      this.json('error', {
        code: errorCode(error) ?? null, message: text, exitCode, ...defined({ hint }), ...errorFields(error),
        causes: causes(error).slice(1).map((cause) => ({ code: errorCode(cause) ?? null, message: textOf(cause) })),
        ...(thenFailed.length > 0 ? { thenFailed } : {}),
      });
      return;
    }
    this.clearBar();
    for (const line of [...`winbackup: ${text}`.split('\n'), ...this.detailsOf(error), ...thenFailed.flatMap(({ message }) => `then: ${message}`.split('\n')), ...(hint === undefined ? [] : [hint])]) {
      this.io.stderr.write(`${this.prefix()}${line}\n`);
    }
  }

  /** The bar is for while it moves. */
  clearBar(): void {
    if (!this.barShown) return;
    this.io.stderr.write('\r\u001b[K');
    this.barShown = false;
  }

  /** Of an aborted transfer: by what, what SQL Server said to it, and what is left. A failed one has that in its message. */
  private detailsOf(error: unknown): readonly string[] {
    if (!(error instanceof TransferAbortError)) return [];
    const said = error.sqlMessages.filter(isSqlError).map(({ number, message }) => `SQL Server ${String(number)}: ${message}`);
    const left = error.leftover.length === 0 && this.options.afterAbort !== undefined ? [this.options.afterAbort] : [];
    return [textOf(error.cause), ...said, ...left].map((line) => `  ${line}`);
  }

  private line(text: string): void {
    this.clearBar();
    const stream = this.options.dataOnStdout === true ? this.io.stderr : this.io.stdout;
    stream.write(text.split('\n').map((part) => `${this.prefix()}${part}\n`).join(''));
  }

  private json(event: string, fields: Readonly<Record<string, unknown>>): void {
    const stream = this.options.dataOnStdout === true ? this.io.stderr : this.io.stdout;
    stream.write(`${JSON.stringify({ event, ...defined({ simulated: this.simulated }), ...fields }, plain)}\n`);
  }

  private prefix(): string {
    return this.simulated === true ? '[simulated] ' : '';
  }
}

/** Of a flow's error: what goes beside its text. */
function errorFields(error: unknown): Record<string, unknown> {
  if (typeof error !== 'object' || error === null) return {};
  const fields: Record<string, unknown> = {};
  for (const name of ['hresult', 'completionCode', 'sqlMessages', 'leftover', 'unfinished', 'field', 'operation', 'phase', 'retryClass', 'writers', 'hint'] as const) {
    const value: unknown = Reflect.get(error, name);
    if (value !== undefined) fields[name] = name === 'field' && typeof value === 'string' ? optionOf(value) : value;
  }
  return fields;
}

/** Errors of other realms have a message too. A wrong argument is called by its option. */
function textOf(error: unknown): string {
  if (error instanceof ArgumentError) return `${optionOf(error.field)}${error.message.slice(error.field.length)}`;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Messages that the bar or the result already shows: percent, pages, success. */
const SHOWN_OTHERWISE: readonly number[] = [3211, 3014, 3262, 4035];
