/**
 * Measures inside Windows Node what the addon adds to a call of VSS, over metadata that costs nothing to ask for: one call beside the same in C++,
 * and a writer's whole metadata in one crossing, field by field, and in C++.
 * Usage: node vss-calls.js <vss_metadata.dll> <result.json> <rounds>
 */
import * as fs from 'node:fs';
import { MACHINE } from '../../lib/binding/channel';
import type { Channel, PlainValue } from '../../lib/binding/channel';
import type { IVssExamineWriterMetadata } from '../../lib/binding/generated/vss';
import { nativeBackend } from '../../lib/binding/native';
import { createProxy } from '../../lib/binding/proxy';
import type { ProxyObject } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';
import { readExamined } from '../../lib/vss/writer-metadata';
import { median } from './median';

/** What vss_metadata.dll exports (test/bench/vss_metadata/addon.cc). */
interface Direct {
  install(): void;
  /** Seconds. */
  callDirectly(count: number): number;
  readDirectly(components: number): { readonly seconds: number; readonly calls: number };
}

const CALLS = 20_000;
const DIRECT_CALLS = 10_000_000;
const COMPONENTS = [10, 100, 1000, 10_000];
/** More would take minutes. */
const MOST_FIELD_BY_FIELD = 1000;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function examine(channel: Channel, components: number): Promise<IVssExamineWriterMetadata & ProxyObject> {
  const { outputs } = await channel.call(MACHINE, 'CreateVssExamineWriterMetadata', [String(components)]);
  return createProxy<IVssExamineWriterMetadata>(channel, outputs[0] as number, interfaceTable('IVssExamineWriterMetadata'));
}

async function main([dll = '', result = '', rounds = '5']: readonly string[]): Promise<void> {
  const module = { exports: {} };
  process.dlopen(module, dll);
  const direct = module.exports as Direct;
  const backend = nativeBackend();
  direct.install();
  const channel = await backend.openChannel();
  const fields = await backend.openChannel();
  const call = fields.call.bind(fields);
  fields.call = (handle: number, operation: string, args: readonly PlainValue[]) => call(handle, operation.replace('::ReadAll', '::None'), args);
  const object = await examine(channel, 0);

  const each = { cpp: [] as number[], addon: [] as number[], parallel: [] as number[] };
  const reads = COMPONENTS.map((components) => ({ components, calls: 0, cpp: [] as number[], whole: [] as number[], fields: [] as number[] }));
  for (let round = 0; round < Number(rounds); round += 1) {
    each.cpp.push((direct.callDirectly(DIRECT_CALLS) / DIRECT_CALLS) * 1e6);
    each.addon.push((await seconds(async () => {
      for (let count = 0; count < CALLS; count += 1) await object.getBackupSchema();
    }) / CALLS) * 1e6);
    each.parallel.push((await seconds(() => Promise.all(Array.from({ length: CALLS }, () => object.getBackupSchema()))) / CALLS) * 1e6);
    for (const read of reads) {
      const cpp = direct.readDirectly(read.components);
      read.calls = cpp.calls;
      read.cpp.push(cpp.seconds * 1000);
      read.whole.push(await seconds(() => readExamined(examine(channel, read.components))) * 1000);
      if (read.components <= MOST_FIELD_BY_FIELD) read.fields.push(await seconds(() => readExamined(examine(fields, read.components))) * 1000);
    }
  }
  await object.release();
  await channel.close();
  await fields.close();
  const [cpp, addon, parallel] = [median(each.cpp), median(each.addon), median(each.parallel)];
  fs.writeFileSync(result, JSON.stringify({
    node: process.versions.node, rounds: Number(rounds),
    /** Microseconds a call. */
    call: { cpp, awaited: addon, added: addon - cpp, manyAtOnce: parallel },
    /** Milliseconds for one writer. */
    metadata: reads.map((read) => ({
      components: read.components, calls: read.calls, cpp: median(read.cpp), oneCrossing: median(read.whole), ...(read.fields.length === 0 ? {} : { fieldByField: median(read.fields) }),
    })),
  }));
}

void main(process.argv.slice(2));
