/**
 * What a job does, as it happens: spans and instants, published through node:diagnostics_channel under `winbackup.job`. They hold names, codes
 * and figures, never the arguments of calls, because a login may be among those.
 */
import { channel } from 'node:diagnostics_channel';
import { errorCode } from '../binding';
import type { Clock } from '../binding';

export const JOB_CHANNEL = 'winbackup.job';

export type EventCategory = 'job' | 'phase' | 'call' | 'lock' | 'abort' | 'transaction' | 'participant' | 'log' | 'process';
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface JobEvent {
  /** The run, so that two jobs in one process can be told apart. */
  readonly run: string;
  readonly type: 'begin' | 'end' | 'instant';
  readonly category: EventCategory;
  readonly name: string;
  /** The same for the begin and the end of a span; unique in the process. */
  readonly id: number;
  /** Milliseconds of the Host's monotonic clock, with fraction. */
  readonly at: number;
  readonly attributes: Attributes;
}

let lastId = 0;
const jobChannel = channel(JOB_CHANNEL);

export class JobEvents {
  constructor(readonly run: string, private readonly clock: Clock) {}

  instant(category: EventCategory, name: string, attributes: Attributes = {}): void {
    this.publish('instant', category, name, (lastId += 1), attributes);
  }

  /** Returns what ends it, with what there is to say then. */
  begin(category: EventCategory, name: string, attributes: Attributes = {}): (attributes?: Attributes) => void {
    const id = (lastId += 1);
    this.publish('begin', category, name, id, attributes);
    return (more = {}) => {
      this.publish('end', category, name, id, more);
    };
  }

  /** A span around `work`, ended however that ends. */
  async span<T>(category: EventCategory, name: string, work: () => Promise<T>, attributes: Attributes = {}): Promise<T> {
    const end = this.begin(category, name, attributes);
    try {
      const result = await work();
      end();
      return result;
    } catch (error) {
      end({ error: errorCode(error) ?? 'ERROR' });
      throw error;
    }
  }

  private publish(type: JobEvent['type'], category: EventCategory, name: string, id: number, attributes: Attributes): void {
    if (!jobChannel.hasSubscribers) return;
    const event: JobEvent = { run: this.run, type, category, name, id, at: this.clock.monotonic(), attributes };
    jobChannel.publish(event);
  }
}
