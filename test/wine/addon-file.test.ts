// The built winbackup.node as a file: what a server needs in order to load it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dllsOfWindows, readPortableExecutable } from '../package/portable-executable';

const addon = process.env['WINBACKUP_ADDON'] ?? '';

describe('winbackup.node', () => {
  it('is an x64 image that imports only DLLs which every Windows has', () => {
    const image = readPortableExecutable(readFileSync(addon));
    expect(image.machine).toBe('x64');
    expect(image.imports.filter((dll) => !dllsOfWindows.includes(dll.toLowerCase()))).toEqual([]);
    expect(image.imports).toContain('KERNEL32.dll');
  });

  it('exports the entry point of a context-aware Node-API addon and nothing else', () => {
    const { exports } = readPortableExecutable(readFileSync(addon));
    expect(exports.filter((name) => name !== 'node_api_module_get_api_version_v1')).toEqual(['napi_register_module_v1']);
  });

  it('loads in a host program that is not called node.exe', () => {
    const directory = mkdtempSync(join(tmpdir(), 'winbackup-'));
    try {
      const host = join(directory, 'agent.exe');
      copyFileSync(process.execPath, host);
      const loaded = execFileSync(host, ['-p', `typeof require(${JSON.stringify(addon)}).call`], { encoding: 'utf8' });
      expect(loaded.trim()).toBe('function');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('loads in a worker thread as well as in the main thread', () => {
    const program = `
      require(${JSON.stringify(addon)});
      new (require('node:worker_threads').Worker)('require(' + ${JSON.stringify(JSON.stringify(addon))} + ')', { eval: true })
        .on('exit', (code) => console.log(code));`;
    expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim()).toBe('0');
  });
});
