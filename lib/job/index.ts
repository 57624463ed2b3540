/** `winbackup/job`: the coordinated backup job. */
export { AbortError, ArgumentError, StateError, WinbackupError } from '../binding';
export type { Backend, Host, SqlServer } from '../binding';
export { DescriptionError, checkDescription, importDescription, parseDescription } from './description';
export type { JobDatabase, JobDescription, JobFiles, JobTimeouts } from './description';
export { JobAbortError, JobError } from './errors';
export type { JobFailure } from './errors';
export { JOB_CHANNEL } from './events';
export type { Attributes, EventCategory, JobEvent } from './events';
export { checkJob, runJob } from './job';
export type { JobOptions, JobProgress, JobResult } from './job';
export { MANIFEST_VERSION, checkSet } from './manifest';
export type { CheckedSet, JobManifest, ManifestFile, ReadingOptions } from './manifest';
export { bridgeToOpenTelemetry } from './telemetry';
export type { TelemetrySpan, Tracer } from './telemetry';
export { TraceFile, checkTrace } from './trace-file';
export type { TraceEvent } from './trace-file';
