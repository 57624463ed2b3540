/** Where Windows comes from: the native addon on Windows, a simulated machine elsewhere, or what the caller or a test says. */
import { HRESULT, failed } from './codes';
import { MACHINE } from './channel';
import type { Channel } from './channel';
import { ArgumentError, WindowsError } from './errors';
import type { Host } from './host';
import type { ElsewhereBackend } from './isolated';
import { createProxy } from './proxy';
import type { ProxyObject } from './proxy';
import type { ComClass } from './table';
import { interfaceTable } from './tables';

export interface Backend {
  readonly kind: 'native' | 'simulated';
  /** The Host that flows use on this backend unless the caller gives another. */
  readonly host: Host;
  /** A connection to the machine; a simulated machine makes a process of its own for each. */
  openChannel(): Promise<Channel>;
  /** How a child process gets the same machine; absent for a simulated one that lives in this process. */
  readonly elsewhere?: ElsewhereBackend;
}

let simulatedDefault: Backend | undefined;

/**
 * The backend to use: `requested`, else native on Windows, else a simulated machine (announced once by a warning with the code
 * WINBACKUP_SIMULATED). On Windows a failed load is a LoadError, never a silent fall to the simulator (design rule 4).
 */
export async function resolveBackend(requested?: Backend): Promise<Backend> {
  if (requested !== undefined) {
    const given: unknown = requested;
    const usable = typeof given === 'object' && given !== null && typeof Reflect.get(given, 'openChannel') === 'function';
    if (!usable) throw new ArgumentError('backend', 'must be a Backend: a simulated machine, for one');
    return requested;
  }
  // Each backend is loaded only where it is used, by a literal require that bundlers see. Here alone this layer reaches for the simulator.
  /* eslint-disable @typescript-eslint/no-require-imports */
  if (process.platform === 'win32') return (require('./native') as typeof import('./native')).nativeBackend();
  if (simulatedDefault === undefined) {
    const { SimulatedWindows } = require('../simulator') as typeof import('../simulator');
    simulatedDefault = new SimulatedWindows();
    process.emitWarning('This system is not Windows: winbackup works on a simulated Windows machine.', { code: 'WINBACKUP_SIMULATED' });
  }
  /* eslint-enable @typescript-eslint/no-require-imports */
  return simulatedDefault;
}

const classNotRegistered = 'its COM class is not registered on this machine';

/** CoCreateInstance, where the table says that the class may run, asking for the interface that it names. */
export async function activate<T>(channel: Channel, comClass: ComClass): Promise<T & ProxyObject> {
  const table = interfaceTable(comClass.interface);
  const { hresult, outputs } = await channel.call(MACHINE, 'CoCreateInstance', [comClass.clsid, table.iid]);
  if (failed(hresult)) {
    const hint = hresult === HRESULT.REGDB_E_CLASSNOTREG ? `${comClass.dll}: ${classNotRegistered}` : undefined;
    throw new WindowsError(`CoCreateInstance(${comClass.name})`, hresult, hint === undefined ? {} : { hint });
  }
  return createProxy<T>(channel, outputs[0] as number, table);
}
