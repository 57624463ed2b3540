/**
 * Forgets a device set while its device is in use, then the device, and prints what was released each time.
 * Usage: node --expose-gc proxy-forgotten-main.js
 */
import { setImmediate } from 'node:timers/promises';
import type { Channel } from '../../lib/binding/channel';
import type { IClientVirtualDeviceSet2 } from '../../lib/binding/generated/vdi';
import { AreaMemory } from '../../lib/binding/memory';
import { createProxy } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';

async function main(): Promise<void> {
  const released: number[] = [];
  const channel: Channel = {
    kind: 'simulated', memory: new AreaMemory(),
    call: () => Promise.resolve({ hresult: 0, outputs: [8] }),
    release: (handle) => Promise.resolve(void released.push(handle)),
    setTeardown: () => undefined,
    commandQueue: () => {
      throw new Error('not used here');
    },
    close: () => Promise.resolve(),
  };
  const collect = async (): Promise<number[]> => {
    for (let turn = 0; turn < 5; turn += 1) {
      global.gc?.();
      await setImmediate();
    }
    return released.splice(0);
  };
  const devices = [await createProxy<IClientVirtualDeviceSet2>(channel, 4, interfaceTable('IClientVirtualDeviceSet2')).openDevice('one')];
  const inUse = await collect();
  devices.pop();
  process.stdout.write(JSON.stringify({ inUse, forgotten: (await collect()).sort() }));
}

void main();
