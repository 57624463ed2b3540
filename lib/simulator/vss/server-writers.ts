/** The writers of an ordinary Windows server with SQL Server, as `vssadmin list writers` shows them. Class ids: the writers' own documented ones. */
import {
  VSS_APPLICATION_LEVEL as LEVEL, VSS_COMPONENT_FLAGS, VSS_COMPONENT_TYPE as TYPE, VSS_RESTOREMETHOD_ENUM as METHOD, VSS_SOURCE_TYPE as SOURCE,
  VSS_USAGE_TYPE as USAGE, VSS_WRITERRESTORE_ENUM,
} from '../../binding/vss-codes';
import type { WriterDescription } from './described-writer';
import type { PartialComponent, PartialWriterMetadata } from './writer-metadata';

const WINDOWS = 'C:\\Windows';
const SYSTEM32 = `${WINDOWS}\\System32`;

/** An instance id that is the same on every run: the class id with its last digits changed. */
function instanceOf(writerId: string): string {
  return `${writerId.slice(0, 24)}51aced000001`;
}

function service(
  writerName: string, writerId: string, level: number, components: readonly PartialComponent[], more: Partial<PartialWriterMetadata> = {},
): WriterDescription {
  return {
    level,
    metadata: {
      writerName, writerId, instanceId: instanceOf(writerId), usage: USAGE.SYSTEMSERVICE, source: SOURCE.NONTRANSACTEDDB, components,
      restoreMethod: { method: METHOD.RESTORE_AT_REBOOT, writerRestore: VSS_WRITERRESTORE_ENUM.NEVER, rebootRequired: true }, ...more,
    },
  };
}

/** One database of an SQL Server instance, as its writer reports it. */
function database(computer: string, name: string, directory: string): PartialComponent {
  return {
    type: TYPE.DATABASE,
    logicalPath: computer,
    name,
    notifyOnBackupComplete: true,
    selectable: true,
    selectableForRestore: true,
    flags: VSS_COMPONENT_FLAGS.BACKUP_RECOVERY,
    databaseFiles: [{ path: directory, filespec: `${name}.mdf` }],
    logFiles: [{ path: directory, filespec: `${name}_log.ldf` }],
  };
}

export interface ServerWritersOptions {
  readonly computerName?: string;
  /** The databases that SqlServerWriter reports; default master, model, msdb. */
  readonly databases?: readonly string[];
  readonly databaseDirectory?: string;
}

export function serverWriters(options: ServerWritersOptions = {}): readonly WriterDescription[] {
  const computer = options.computerName ?? 'SIMULATED';
  const directory = options.databaseDirectory ?? 'C:\\Program Files\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\DATA';
  return [
    {
      level: LEVEL.BACK_END,
      metadata: {
        writerName: 'SqlServerWriter',
        writerId: 'a65faa63-5ea8-4ebc-9dbd-a0c4db26912a',
        instanceId: instanceOf('a65faa63-5ea8-4ebc-9dbd-a0c4db26912a'),
        usage: USAGE.USERDATA,
        source: SOURCE.TRANSACTEDDB,
        // VSS_BS_DIFFERENTIAL | LAST_MODIFY | TIMESTAMPED | COPY | WRITER_SUPPORTS_NEW_TARGET | _RESTORE_WITH_MOVE
        backupSchema: 0x1 | 0x10 | 0x4 | 0x40 | 0x80 | 0x100,
        components: (options.databases ?? ['master', 'model', 'msdb']).map((name) => database(computer, name, directory)),
        excludeFiles: [{ path: directory, filespec: 'tempdb.mdf' }, { path: directory, filespec: 'templog.ldf' }],
        restoreMethod: { method: METHOD.RESTORE_IF_CAN_REPLACE, writerRestore: VSS_WRITERRESTORE_ENUM.ALWAYS },
      },
    },
    service('System Writer', 'e8132975-6f93-4464-a53e-1050253ae220', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'System Files', caption: 'System Files', selectable: false, selectableForRestore: false,
      files: [{ path: SYSTEM32, filespec: '*', recursive: true }, { path: `${WINDOWS}\\WinSxS`, filespec: '*', recursive: true }],
    }], { usage: USAGE.BOOTABLESYSTEMSTATE, excludeFiles: [{ path: `${WINDOWS}\\Temp`, filespec: '*', recursive: true }] }),
    service('Registry Writer', 'afbab4a2-367d-4d15-a586-71dbb18f8485', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'Registry', caption: 'Registry', selectable: false, selectableForRestore: false,
      files: ['SYSTEM', 'SOFTWARE', 'SAM', 'SECURITY', 'DEFAULT'].map((filespec) => ({ path: `${SYSTEM32}\\config`, filespec })),
    }], { usage: USAGE.BOOTABLESYSTEMSTATE }),
    service('COM+ REGDB Writer', '542da469-d3e1-473c-9f4f-7847f01fc64f', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'COM+ REGDB', selectable: false, selectableForRestore: false, files: [{ path: `${WINDOWS}\\Registration`, filespec: '*.clb' }],
    }], { usage: USAGE.BOOTABLESYSTEMSTATE }),
    service('WMI Writer', 'a6ad56c2-b509-4e6c-bb19-49d8f43532f0', LEVEL.FRONT_END, [{
      type: TYPE.FILEGROUP, name: 'WMI', selectable: false, selectableForRestore: false,
      files: [{ path: `${SYSTEM32}\\wbem\\Repository`, filespec: '*', recursive: true }],
    }], { restoreMethod: { method: METHOD.STOP_RESTORE_START, service: 'winmgmt', writerRestore: VSS_WRITERRESTORE_ENUM.NEVER } }),
    service('IIS Config Writer', '2a40fd15-dfca-4aa8-a654-1f8c654603f6', LEVEL.FRONT_END, [{
      type: TYPE.FILEGROUP, name: 'IISCONFIG', selectable: false, selectableForRestore: false,
      files: [{ path: `${SYSTEM32}\\inetsrv\\config`, filespec: '*.config' }],
    }]),
    service('IIS Metabase Writer', '59b1f0cf-90ef-465f-9609-6ca8b2938366', LEVEL.FRONT_END, [{
      type: TYPE.FILEGROUP, name: 'IISMETABASE', selectable: false, selectableForRestore: false,
      files: [{ path: `${SYSTEM32}\\inetsrv`, filespec: 'MetaBase.xml' }],
    }]),
    service('Task Scheduler Writer', 'd61d61c8-d73a-4eee-8cdd-f6f9786b7124', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'TasksStore', selectable: false, selectableForRestore: false,
      files: [{ path: `${SYSTEM32}\\Tasks`, filespec: '*', recursive: true }],
    }]),
    service('VSS Metadata Store Writer', '75dfb225-e2e4-4d39-9ac9-ffaff65ddf06', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'WriterMetadataStore', selectable: false, selectableForRestore: false,
      files: [{ path: `${WINDOWS}\\Vss\\Writers\\System`, filespec: '*.xml' }],
    }]),
    service('Performance Counters Writer', '0bada1de-01a9-4625-8278-69e735f39dd2', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'PerformanceCounters', selectable: false, selectableForRestore: false, files: [{ path: SYSTEM32, filespec: 'perf*.dat' }],
    }]),
    service('ASR Writer', 'be000cbe-11fe-4426-9c58-531aa6355fc4', LEVEL.SYSTEM, [{
      type: TYPE.FILEGROUP, name: 'ASR', selectable: true, selectableForRestore: false, files: [{ path: `${WINDOWS}\\ASR`, filespec: 'asr.xml' }],
    }], { usage: USAGE.BOOTABLESYSTEMSTATE, restoreMethod: { method: METHOD.CUSTOM, writerRestore: VSS_WRITERRESTORE_ENUM.NEVER } }),
    service('Shadow Copy Optimization Writer', '4dc3bdd4-ab48-4d07-adb0-3bee2926fd7f', LEVEL.SYSTEM, []),
  ];
}
