// `npm start`: the main job on the simulated machine, on real files. Backs a file up as a database over two virtual devices, loses it, restores
// it, compares; then aborts a backup in the middle and shows what was reported and what is left.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { MIB, demonstrate, interruptedIo, say } from './demonstration.mjs';

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

await demonstrate(async ({ directory, at, expect, winbackup }) => {
  say('This runs on a simulated Windows machine with a simulated SQL Server. The files are real.\n');
  writeFileSync(at('sales.mdf'), Buffer.concat(Array.from({ length: 48 }, () => randomBytes(MIB))));
  writeFileSync(at('machine.json'), JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }] }] }, null, 2));
  const original = await sha256(at('sales.mdf'));
  const machine = ['--machine', at('machine.json')];
  say(`sales.mdf, 48 MiB: the file of the database Sales. SHA-256 ${original}\n`);

  const stripes = [at('sales.1.bak'), at('sales.2.bak')];
  expect((await winbackup(['backup', 'Sales', '--to', ...stripes, '--checksum', ...machine])) === 0, 'the backup succeeded');
  expect((await winbackup(['verify', '--from', ...stripes, ...machine])) === 0, 'SQL Server finds it valid');

  writeFileSync(at('sales.mdf'), 'the disk of the database is lost');
  expect((await winbackup(['restore', 'Sales', '--from', ...stripes, '--replace', ...machine])) === 0, 'the restore succeeded');
  const restored = await sha256(at('sales.mdf'));
  expect(restored === original, `sales.mdf is what it was. SHA-256 ${restored}`);

  say('\nNow one that is aborted: Ctrl+C in the middle.\n');
  const before = readdirSync(directory).sort();
  expect((await winbackup(['backup', 'Sales', '--to', at('aborted.1.bak'), at('aborted.2.bak'), ...machine], interruptedIo())) === 130, 'it ended with 130, the exit code of SIGINT');
  const after = readdirSync(directory).sort();
  expect(after.join() === before.join(), `nothing partial is left: ${after.join(', ')}`);
});
