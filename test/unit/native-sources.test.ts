// binding.gyp (node-gyp, MSVC) and native/CMakeLists.txt (cmake-js) must build the same addon. CMake reads native/sources.json directly;
// what gyp makes of it is shown by gyp's own generator `gypd`, which evaluates binding.gyp for an operating system and writes the result.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

interface Sources {
  readonly sources: readonly string[];
  readonly defines: readonly string[];
  readonly libraries: readonly string[];
}

interface Target {
  readonly type: string;
  readonly sources?: readonly string[];
  readonly libraries?: readonly string[];
  readonly configurations: { readonly Default: { readonly defines?: readonly string[] } };
}

const list = JSON.parse(readFileSync(join(root, 'native', 'sources.json'), 'utf8')) as Sources;

/** The only target of binding.gyp as gyp sees it on that system. */
function evaluate(os: 'win' | 'linux'): Target {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-gypd-'));
  try {
    cpSync(join(root, 'binding.gyp'), join(directory, 'binding.gyp'));
    for (const name of ['native', 'node_modules']) symlinkSync(join(root, name), join(directory, name), 'junction');
    const gyp = join(root, 'node_modules', 'node-gyp', 'gyp');
    // gypd writes a Python literal; Python turns it into JSON.
    const program = `
import ast, json, sys
sys.path.insert(0, ${JSON.stringify(join(gyp, 'pylib'))})
import gyp
if gyp.main(['binding.gyp', '--format=gypd', '-DOS=${os}', '--depth=.', '--no-parallel']) != 0: sys.exit(1)
print(json.dumps(ast.literal_eval(open('binding.gypd').read())['targets']))`;
    const { error, status, stdout, stderr } = spawnSync('python3', ['-c', program], { cwd: directory, encoding: 'utf8' });
    if (error !== undefined) throw new Error(`gyp needs python3 (Debian package python3): ${error.message}`);
    if (status !== 0) throw new Error(`gyp failed: ${stderr}`);
    const targets = JSON.parse(stdout) as Target[];
    expect(targets).toHaveLength(1);
    const [target] = targets;
    if (target === undefined) throw new Error('binding.gyp has no target');
    return target;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('the native sources', () => {
  it('are the same for node-gyp on Windows as for CMake', () => {
    const target = evaluate('win');
    expect(target.type).toBe('loadable_module');
    expect(target.sources).toEqual(list.sources.map((source) => `native/${source}`));
    expect(target.libraries).toEqual(list.libraries.map((library) => `-l${library}.lib`));
    expect(target.configurations.Default.defines).toEqual(expect.arrayContaining([...list.defines]));
  });

  it('are not built by node-gyp on other systems', () => {
    const target = evaluate('linux');
    expect(target.type).toBe('none');
    expect(target.sources).toBeUndefined();
  });

  it('are all files of native/ that can be compiled, and exist', () => {
    const compiled = readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.(cc|cpp|c)$/.test(file));
    expect([...list.sources].sort()).toEqual(compiled.sort());
    expect(list.sources.filter((source) => !existsSync(join(root, 'native', source)))).toEqual([]);
  });
});
