/** Host services of the simulated Windows: the application event log and the privileges of processes (lib/binding/windows-host.ts). */
import { WIN32, hresultFromWin32 } from '../binding/codes';
import { EVENTLOG } from '../binding/windows-host';
import type { EventLogEntry } from './event-log';
import { Failure, KernelObject } from './kernel-object';
import type { SimulatedWindows } from './machine';

const levels = new Map<unknown, EventLogEntry['level']>([
  [EVENTLOG.ERROR_TYPE, 'error'], [EVENTLOG.WARNING_TYPE, 'warning'], [EVENTLOG.INFORMATION_TYPE, 'information'],
]);

/** What an administrator holds of the privileges that backup agents need. */
const administrators: readonly unknown[] = ['SeBackupPrivilege', 'SeRestorePrivilege', 'SeSecurityPrivilege'];

/** A privilege that is enabled as long as its handle is open. */
class Privilege extends KernelObject {
  readonly interfaceName = 'Privilege';

  constructor(private readonly onEnded: () => void) {
    super();
  }

  ended(): void {
    this.onEnded();
  }
}

export function installHostServices(machine: SimulatedWindows): void {
  machine.addOperation('Host::ReportEvent', (_process, [source, type, eventId, text]) => {
    const level = levels.get(type);
    if (level === undefined) throw new Failure(hresultFromWin32(WIN32.ERROR_INVALID_PARAMETER));
    machine.eventLog.write(source as string, eventId as number, level, text as string);
    return [];
  });
  machine.addOperation('Host::EnablePrivilege', (process, [name]) => {
    if (!administrators.includes(name)) throw new Failure(hresultFromWin32(WIN32.ERROR_NO_SUCH_PRIVILEGE));
    if (!process.elevated) throw new Failure(hresultFromWin32(WIN32.ERROR_NOT_ALL_ASSIGNED));
    const { privileges } = process;
    privileges.push(name as string);
    return [new Privilege(() => void privileges.splice(privileges.indexOf(name as string), 1))];
  });
}
