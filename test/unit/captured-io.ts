/** The command's process, captured: what it writes is kept, signals come when the test says so. */
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Backend } from '../../lib/binding/backend';
import type { Io, Signal } from '../../lib/cli/io';

export class CapturedIo implements Io {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly backend?: Backend;
  /** Exit codes given to `exit`. */
  readonly exits: number[] = [];
  /** Called with every line, on either stream, as it is written. */
  onLine: (line: string) => void = () => undefined;
  private readonly out: Buffer[] = [];
  private readonly err: Buffer[] = [];
  private readonly handlers = new Set<(signal: Signal) => void>();

  constructor(options: { stdin?: Readable; env?: Record<string, string>; terminal?: boolean; backend?: Backend } = {}) {
    this.stdin = options.stdin ?? new PassThrough().end();
    this.env = options.env ?? {};
    this.stdout = this.keep(this.out, options.terminal === true);
    this.stderr = this.keep(this.err, options.terminal === true);
    if (options.backend !== undefined) this.backend = options.backend;
  }

  onSignal(handler: (signal: Signal) => void): () => void {
    this.handlers.add(handler);
    return () => this.handlers.delete(handler);
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  send(signal: Signal): void {
    for (const handler of this.handlers) handler(signal);
  }

  get listening(): number {
    return this.handlers.size;
  }

  get stdoutBytes(): Buffer {
    return Buffer.concat(this.out);
  }

  get stdoutText(): string {
    return this.stdoutBytes.toString();
  }

  get stderrText(): string {
    return Buffer.concat(this.err).toString();
  }

  /** The objects that `--json` wrote. */
  get events(): readonly Record<string, unknown>[] {
    return `${this.stdoutText}${this.stderrText}`.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  event(name: string): Record<string, unknown> | undefined {
    return this.events.find(({ event }) => event === name);
  }

  private keep(chunks: Buffer[], terminal: boolean): Writable & { readonly isTTY?: boolean; readonly columns?: number } {
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(Buffer.from(chunk));
        for (const line of chunk.toString().split('\n')) if (line !== '') this.onLine(line);
        done();
      },
    });
    return terminal ? Object.assign(stream, { isTTY: true, columns: 100 }) : stream;
  }
}
