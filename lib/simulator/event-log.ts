/** The machine's application event log. */

export interface EventLogEntry {
  /** Milliseconds since 1970, the machine's time. */
  readonly time: number;
  /** `MSSQLSERVER`, `SQLVDI`, `VSS` ... */
  readonly source: string;
  readonly eventId: number;
  readonly level: 'information' | 'warning' | 'error';
  readonly message: string;
}

export class EventLog {
  private readonly list: EventLogEntry[] = [];

  private readonly onWrite = new Set<() => void>();

  constructor(private readonly now: () => number) {}

  write(source: string, eventId: number, level: EventLogEntry['level'], message: string): void {
    this.list.push({ time: this.now(), source, eventId, level, message });
    for (const handler of this.onWrite) handler();
  }

  /** Calls `handler` after each entry that is written. */
  watch(handler: () => void): void {
    this.onWrite.add(handler);
  }

  /** Entries of earlier runs, before those of this one. */
  load(entries: readonly EventLogEntry[]): void {
    this.list.unshift(...entries);
  }

  get entries(): readonly EventLogEntry[] {
    return this.list;
  }
}
