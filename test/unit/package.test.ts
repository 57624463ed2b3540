/** What would be published: the files, the entry points, and that nothing runs at installation. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(__dirname, '..', '..', '..');
interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly gypfile: boolean;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** Every file that the conditions of `exports` lead to. */
function targets(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace('./', '')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(targets) : [];
}

describe('the package', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [{ files: { path: string }[] }];
  const names = files.map((file) => file.path);

  it('holds every entry point, and no binding.gyp, which some package managers would build', () => {
    for (const target of targets(manifest.exports)) expect(names).toContain(target);
    expect(names).toContain('dist/lib/cli/main.js');
    expect(names.filter((name) => name.endsWith('.gyp'))).toEqual([]);
  });

  it('holds no tests, no sources of the library, and nothing but what is named', () => {
    const elsewhere = names.filter((name) => !/^(dist\/lib\/|prebuilds\/|native\/|README\.md$|LICENSE$|package\.json$)/.test(name));
    expect(elsewhere).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    expect(manifest.gypfile).toBe(false);
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare|publish|pack)$/.test(name))).toEqual([]);
    for (const name of Object.keys(manifest.dependencies)) {
      const { scripts = {} } = JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as Partial<Manifest>;
      expect(Object.keys(scripts).filter((script) => /^(pre|post)?install$/.test(script))).toEqual([]);
    }
  });

  it('gives CommonJS and ES modules the same classes', () => {
    const program = `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      for (const name of ${JSON.stringify(Object.keys(manifest.exports).filter((name) => name !== './package.json').map((name) => name.replace('.', 'winbackup')))}) {
        const common = require(name);
        const module = await import(name);
        for (const key of Object.keys(common)) if (common[key] !== module[key]) throw new Error(name + ' ' + key);
      }`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  });
});
