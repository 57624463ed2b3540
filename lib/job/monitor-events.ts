/** The monitor's events of one transaction, told among those of its job: locks and the phases of participants become spans. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TRANSACTION_CHANNEL } from '../transaction/events';
import type { PublishedMonitorEvent } from '../transaction/events';
import type { Attributes, EventCategory, JobEvents } from './events';

/**
 * Call it before the transaction begins, and `of` as soon as its id is known: what happened in between is told then.
 * `stop` ends the spans that are open.
 */
export function tellTransaction(events: JobEvents): { readonly of: (transaction: string) => void; readonly stop: () => void } {
  const open = new Map<string, (attributes?: Attributes) => void>();
  let transaction: string | undefined;
  let early: PublishedMonitorEvent[] = [];

  const begin = (category: EventCategory, name: string): void => {
    open.get(name)?.();
    open.set(name, events.begin(category, name));
  };
  const end = (name: string, attributes?: Attributes): void => {
    open.get(name)?.(attributes);
    open.delete(name);
  };
  const tell = (event: PublishedMonitorEvent): void => {
    switch (event.type) {
      case 'call':
        events.instant('transaction', event.call, { result: event.result });
        break;
      case 'state':
        events.instant('transaction', event.to, event.from === undefined ? {} : { from: event.from });
        break;
      case 'lock':
        if (event.action === 'waits') begin('lock', `waits for ${event.resource}`);
        else end(`waits for ${event.resource}`, event.action === 'timed out' ? { error: event.action } : {});
        if (event.action === 'locked') begin('lock', `holds ${event.resource}`);
        if (event.action === 'released') end(`holds ${event.resource}`);
        break;
      case 'abort':
        events.instant('abort', `abort: ${event.cause}`, { code: event.code });
        break;
      case 'participant': {
        const name = `${event.phase} ${event.participant}`;
        if (event.outcome === 'begins') begin('participant', name);
        else end(name, event.outcome === 'failed' ? { error: event.error ?? 'failed' } : {});
        break;
      }
      case 'log':
        events.instant('log', event.record);
        break;
      case 'server':
        events.instant('process', `${event.server}: ${event.event}`);
    }
  };
  const listener = (message: unknown): void => {
    const event = message as PublishedMonitorEvent;
    if (transaction === undefined) early.push(event);
    else if (event.transaction === transaction) tell(event);
  };
  subscribe(TRANSACTION_CHANNEL, listener);
  return {
    of(id) {
      transaction = id;
      for (const event of early) listener(event);
      early = [];
    },
    stop() {
      unsubscribe(TRANSACTION_CHANNEL, listener);
      for (const name of [...open.keys()]) end(name);
    },
  };
}
