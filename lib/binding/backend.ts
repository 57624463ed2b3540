/** Where Windows comes from: the native addon on Windows, a simulated machine elsewhere, or what the caller or a test says. */
import { HRESULT } from './codes';
import { MACHINE } from './channel';
import type { Channel } from './channel';
import { WindowsError } from './errors';
import type { Host } from './host';
import { createProxy } from './proxy';
import type { ProxyObject } from './proxy';
import type { ComClass } from './table';
import { failed } from './codes';
import { interfaceTable } from './tables';

export interface Backend {
  readonly kind: 'native' | 'simulated';
  /** The Host that flows use on this backend unless the caller gives another. */
  readonly host: Host;
  /** A connection to the machine; a simulated machine makes a process of its own for each. */
  openChannel(): Promise<Channel>;
}

let simulatedDefault: Backend | undefined;

/**
 * The backend to use: `requested`, else native on Windows, else a simulated machine (announced once by a warning with the code
 * WINBACKUP_SIMULATED). On Windows a failed load is a LoadError, never a silent fall to the simulator (design rule 4).
 */
export async function resolveBackend(requested?: Backend): Promise<Backend> {
  if (requested !== undefined) return requested;
  if (process.platform === 'win32') return (await import('./native.js')).nativeBackend();
  if (simulatedDefault === undefined) {
    // The one place where this layer reaches for the simulator: loaded only here, only off Windows.
    const { SimulatedWindows } = await import('../simulator/index.js');
    simulatedDefault = new SimulatedWindows();
    process.emitWarning('This system is not Windows: winbackup works on a simulated Windows machine.', { code: 'WINBACKUP_SIMULATED' });
  }
  return simulatedDefault;
}

const classNotRegistered = 'its COM class is not registered on this machine';

/** CoCreateInstance, in-process, asking for the interface that the table names. */
export async function activate<T>(channel: Channel, comClass: ComClass): Promise<T & ProxyObject> {
  const table = interfaceTable(comClass.interface);
  const { hresult, outputs } = await channel.call(MACHINE, 'CoCreateInstance', [comClass.clsid, table.iid]);
  if (failed(hresult)) {
    const hint = hresult === HRESULT.REGDB_E_CLASSNOTREG ? `${comClass.dll}: ${classNotRegistered}` : undefined;
    throw new WindowsError(`CoCreateInstance(${comClass.name})`, hresult, hint === undefined ? {} : { hint });
  }
  return createProxy<T>(channel, outputs[0] as number, table);
}
