/** The same events as spans of OpenTelemetry, whose package is an optional peer: only these few of its members are used. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { StateError } from '../binding';
import { JOB_CHANNEL } from './events';
import type { Attributes, JobEvent } from './events';

/** Of @opentelemetry/api. */
export interface TelemetrySpan {
  setAttributes(attributes: Attributes): unknown;
  addEvent(name: string, attributes: Attributes): unknown;
  /** 2 is ERROR. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}
export interface Tracer {
  startSpan(name: string, options: { readonly attributes: Attributes }): TelemetrySpan;
}

const STATUS_ERROR = 2;

/**
 * Makes a span of every span of every job in this process, and an event on the job's own span of every instant.
 * @param tracer default: that of the package @opentelemetry/api, by the name `winbackup`
 * @returns what ends it; spans that are open then are ended
 * @throws StateError ERR_TELEMETRY_MISSING when no tracer is given and the package is not installed
 */
export function bridgeToOpenTelemetry(tracer: Tracer = installedTracer()): () => void {
  const open = new Map<number, TelemetrySpan>();
  const jobs = new Map<string, TelemetrySpan>();
  const listener = (message: unknown): void => {
    const { type, category, name, id, run, attributes } = message as JobEvent;
    if (type === 'instant') {
      jobs.get(run)?.addEvent(name, { 'winbackup.category': category, ...attributes });
      return;
    }
    if (type === 'begin') {
      const span = tracer.startSpan(name, { attributes: { 'winbackup.category': category, 'winbackup.run': run, ...attributes } });
      open.set(id, span);
      if (category === 'job') jobs.set(run, span);
      return;
    }
    const span = open.get(id);
    open.delete(id);
    if (category === 'job') jobs.delete(run);
    span?.setAttributes(attributes);
    if (attributes['error'] !== undefined) span?.setStatus({ code: STATUS_ERROR, message: String(attributes['error']) });
    span?.end();
  };
  subscribe(JOB_CHANNEL, listener);
  return () => {
    unsubscribe(JOB_CHANNEL, listener);
    for (const span of open.values()) span.end();
    open.clear();
  };
}

function installedTracer(): Tracer {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
    return (require('@opentelemetry/api') as { readonly trace: { getTracer(name: string): Tracer } }).trace.getTracer('winbackup');
  } catch (cause) {
    throw new StateError('ERR_TELEMETRY_MISSING', 'the package @opentelemetry/api is not installed: npm install @opentelemetry/api', { cause });
  }
}
