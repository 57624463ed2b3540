/** `winbackup/simulator`: a simulated Windows machine for tests and for systems that are not Windows. */
export { SimulatedWindows } from './machine';
export type { AreaAllocator, RecordedCall, SimulatedProcess, SimulatedWindowsOptions } from './machine';
export { MachineControl } from './client';
export type { MachineStatus, ProcessInfo } from './client';
export { installControl } from './control';
export { SimulatedClock } from './clock';
export { SECTOR_BYTES, SimulatedDisk } from './disk';
export type { DiskFault, Keep, SimulatedDiskOptions, UnsyncedPiece } from './disk';
export { SimulatedHost, SimulatedProcesses } from './host';
export type { Program, ProgramContext, SimulatedHostOptions } from './host';
export { SeededRandom } from './random';
export { Scheduler } from './scheduler';
export type { Fault, FaultAction } from './faults';
export type { EventLogEntry } from './event-log';
export { WorkerChannel, servePort, sharedAreas } from './transport/worker';
export { PipeChannel, servePipe } from './transport/pipe';
export type { PrivatePipe } from '../binding/private-pipe';
export { readMachineFile } from './machine-file';
export type { MachineDescription } from './machine-file';
export { connectMachine, openMachine, serveMachine } from './machine-process';
export type { MachineOfFile, ServedMachine } from './machine-process';
export { simulatedSqlServer } from './sql-server/connection';
export type { ChannelSource, SimulatedSqlServerOptions } from './sql-server/connection';
export { Database, SqlServerInstance, SqlServerService } from './sql-server';
export type { BackupHistoryEntry, DatabaseOptions, DatabaseState, InstanceOptions, LoginOptions, RecoveryModel, SqlServerOptions } from './sql-server';
export { serverWriters } from './vss';
export type {
  ComponentNotes, ComponentObject, EventOutcome, PartialComponent, PartialFileSet, PartialWriterMetadata, ProviderFailure, ProviderOptions, ProviderStep,
  ServerWritersOptions, SimulatedVss, SimulatedVssOptions, TracedEvent, TransactionFreeze, VolumeOptions, VssWriter, WindowsVersionName, WriterComponents,
  WriterContext, WriterDescription, WriterEvent, WriterFailure, WriterHandler, WriterHandlers, WriterMetadata, WriterModule, VssSnapshotInfo,
  VssStatus, VssWriterInfo,
} from './vss';
export { KTM_EVENT, KTM_SOURCE } from './ktm';
export type { EnlistmentInfo, SimulatedKtm, SimulatedKtmOptions, TransactionInfo, TransactionManagerInfo } from './ktm';
