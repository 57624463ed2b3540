/**
 * Measures on any system how a snapshot session grows with volumes, writers and components, on the simulated machine in the same thread.
 * Usage: node vss-sessions.js <result.json> <rounds>
 */
import * as fs from 'node:fs';
import { SimulatedWindows } from '../../lib/simulator';
import type { WriterDescription } from '../../lib/simulator';
import { SnapshotSession } from '../../lib/vss';
import { median } from './median';

interface Shape {
  readonly volumes: number;
  readonly writers: number;
  readonly components: number;
}

/** Each column of the question alone, then all of it at once. */
const shapes: readonly Shape[] = [
  { volumes: 1, writers: 1, components: 0 }, { volumes: 16, writers: 1, components: 0 }, { volumes: 64, writers: 1, components: 0 },
  { volumes: 1, writers: 100, components: 0 }, { volumes: 1, writers: 1000, components: 0 },
  { volumes: 1, writers: 1000, components: 1000 }, { volumes: 1, writers: 1000, components: 10_000 }, { volumes: 1, writers: 100, components: 10_000 }, { volumes: 1, writers: 1, components: 10_000 },
  { volumes: 64, writers: 1000, components: 10_000 },
];

const id = (kind: number, index: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

function machineOf({ volumes, writers, components }: Shape): SimulatedWindows {
  const each = components / writers;
  return new SimulatedWindows({
    volumes: Array.from({ length: volumes }, (_, index) => ({ name: `C:\\Mounted\\${String(index)}\\` })),
    writers: Array.from({ length: writers }, (_, index): WriterDescription => ({
      metadata: {
        writerName: `writer ${String(index)}`, writerId: id(1, index), instanceId: id(2, index),
        components: Array.from({ length: each }, (__, at) => ({ type: 1, name: `component ${String(at)}`, selectable: true, databaseFiles: [{ path: 'C:\\Data', filespec: `${String(at)}.mdf` }] })),
      },
    })),
  });
}

interface Measured extends Shape {
  /** Milliseconds from begin to the end of complete; the median of the rounds. */
  readonly milliseconds: number;
  /** Crossings from begin to the end of complete. */
  readonly calls: number;
}

async function measure(shape: Shape, rounds: number): Promise<Measured> {
  const machine = machineOf(shape);
  const times: number[] = [];
  let calls = 0;
  const components = shape.components === 0 ? {} : { components: Array.from({ length: shape.writers }, (_, index) => ({ writer: `writer ${String(index)}` })) };
  for (let round = 0; round < rounds; round += 1) {
    const count = (): number => [...machine.faults.counts].reduce((sum, [at, passed]) => sum + (at.startsWith('IVss') ? passed : 0), 0);
    const first = count();
    const start = performance.now();
    const session = await SnapshotSession.begin({ backend: machine, volumes: Array.from({ length: shape.volumes }, (_, index) => `C:\\Mounted\\${String(index)}\\`), ...components });
    await session.complete();
    times.push(performance.now() - start);
    calls = count() - first;
    await machine.vss.settled();
  }
  return { ...shape, milliseconds: median(times), calls };
}

async function main([result = '', rounds = '5']: readonly string[]): Promise<void> {
  const sessions: Measured[] = [];
  for (const shape of shapes) sessions.push(await measure(shape, Number(rounds)));
  fs.writeFileSync(result, JSON.stringify({ node: process.versions.node, rounds: Number(rounds), sessions }));
}

void main(process.argv.slice(2));
