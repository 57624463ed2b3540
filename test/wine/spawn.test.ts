/** Which program a bare name starts: one in PATH, never one that lies in the current directory. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { realHost } from '../../lib/binding/real-host';

const { processes } = realHost;
const before = process.cwd();
const searched = process.env['PATH'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-'));
  for (const place of ['here', 'in-path']) {
    mkdirSync(path.join(directory, place));
    copyFileSync(process.execPath, path.join(directory, place, 'winbackup-tool.exe'));
  }
  process.chdir(path.join(directory, 'here'));
});
afterEach(() => {
  process.chdir(before);
  process.env['PATH'] = searched;
  rmSync(directory, { recursive: true, force: true });
});

/** What runs under that name says where it lies. */
async function started(command: string): Promise<string> {
  const child = processes.spawn(command, ['-p', 'process.execPath']);
  let said = '';
  for await (const { text } of child.lines) said += text;
  await child.exited;
  return said;
}

it('does not start what lies in the current directory', async () => {
  await expect(started('winbackup-tool')).rejects.toMatchObject({ code: 'ENOENT' });
  // Nor by a PATH that leads there without saying where it is.
  process.env['PATH'] = `.;;${String(searched)}`;
  await expect(started('winbackup-tool.exe')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('starts what lies in a directory of PATH, quoted or not, or where a path says', async () => {
  const place = path.join(directory, 'in-path');
  const tool = path.join(place, 'winbackup-tool.exe');
  process.env['PATH'] = `${place};${String(searched)}`;
  expect(await started('winbackup-tool')).toBe(tool);
  process.env['PATH'] = `${String(searched)};"${place}"`;
  expect(await started('winbackup-tool.exe')).toBe(tool);
  process.env['PATH'] = searched;
  expect(await started(tool)).toBe(tool);
});
