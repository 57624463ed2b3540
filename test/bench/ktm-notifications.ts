/**
 * Measures inside Windows Node what the addon adds to a notification of KTM, over a queue that costs nothing to ask.
 * Usage: node ktm-notifications.js <ktm_notifications.dll> <result.json> <rounds>
 */
import * as fs from 'node:fs';
import { createFunctions } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { RESOURCE_MANAGER, TRANSACTION_MANAGER } from '../../lib/binding/ktm-codes';
import { nativeBackend } from '../../lib/binding/native';
import { ktmTable } from '../../lib/binding/tables';
import { median } from './median';

/** What ktm_notifications.dll exports (test/bench/ktm_notifications/addon.cc). */
interface Direct {
  install(): void;
  /** Seconds. */
  getDirectly(count: number): number;
  getByPortDirectly(count: number): number;
}

const NOTIFICATIONS = 20_000;
const DIRECT = 1_000_000;
/** Under Wine each one is two requests to the server. */
const DIRECT_BY_PORT = 20_000;
const AT_ONCE = 64;

/** Microseconds a notification. */
async function each(get: () => Promise<unknown>, atOnce: number): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < NOTIFICATIONS; count += atOnce) await Promise.all(Array.from({ length: atOnce }, get));
  return ((performance.now() - start) * 1000) / NOTIFICATIONS;
}

async function main([dll = '', result = '', rounds = '5']: readonly string[]): Promise<void> {
  const module = { exports: {} };
  process.dlopen(module, dll);
  const direct = module.exports as Direct;
  const channel = await nativeBackend().openChannel();
  direct.install();
  if (ktmTable.functions === undefined) throw new Error('the table of KTM names no functions');
  const ktm = createFunctions<KtmW32>(channel, ktmTable.functions);
  const manager = await ktm.createTransactionManager(null, TRANSACTION_MANAGER.VOLATILE);
  const resourceManager = await ktm.createResourceManager('c7a9b1de-2d5f-4c55-9d4e-0c5a5f7a6b21', RESOURCE_MANAGER.VOLATILE, manager, null);
  await ktm.setResourceManagerCompletionPort(resourceManager, 0);
  const variants = {
    cpp: () => Promise.resolve((direct.getDirectly(DIRECT) / DIRECT) * 1e6),
    awaited: () => each(() => ktm.getNotificationResourceManager(resourceManager, 0), 1),
    cppByPort: () => Promise.resolve((direct.getByPortDirectly(DIRECT_BY_PORT) / DIRECT_BY_PORT) * 1e6),
    awaitedByPort: () => each(() => ktm.getNotificationResourceManagerAsync(resourceManager), 1),
    manyByPort: () => each(() => ktm.getNotificationResourceManagerAsync(resourceManager), AT_ONCE),
  };
  const times = new Map<string, number[]>();
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [name, measure] of Object.entries(variants)) times.set(name, [...(times.get(name) ?? []), await measure()]);
  }
  await channel.close();
  /** Microseconds a notification, medians. */
  const microseconds = Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
  fs.writeFileSync(result, JSON.stringify({ node: process.versions.node, rounds: Number(rounds), microseconds }));
}

void main(process.argv.slice(2));
