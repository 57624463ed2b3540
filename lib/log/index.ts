/** The durable log (design: lib/log). */
export { LOG_VERSION, LogError } from './frame';
export { Log } from './log';
export { LogClaim } from './log-claim';
export type { LogContents, LogOptions } from './log';
