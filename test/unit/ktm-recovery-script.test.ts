/** `npm run recovery`, as the README shows it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

it('kills a two-file replace twice and shows the set whole, once by redelivered COMMIT and once by presumed abort', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, '..', '..', '..', 'scripts', 'recovery.mjs')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.match(/ended by SIGKILL/g)).toHaveLength(2);
  expect(stdout).toMatch(/1 transaction\(s\) committed again, 0 presumed aborted[^]*ok: the set is whole, new backup and new catalog/);
  expect(stdout).toMatch(/0 transaction\(s\) committed again, 1 presumed aborted[^]*ok: the set is whole, old backup and old catalog/);
});
