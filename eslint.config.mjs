// Lint rules, with type information. Those of this project: the order of the layers, and what may not be used above the Host.
import { dirname, join, relative, resolve, sep } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const lib = join(import.meta.dirname, 'lib');

/** What each folder of lib/ may import besides itself. vdi, vss and ktm do not know each other; only binding knows both backends. */
const below = ['binding', 'log', 'context'];
const layers = {
  binding: [],
  simulator: ['binding'],
  log: ['binding'],
  context: ['binding', 'log'],
  vdi: below,
  vss: below,
  ktm: below,
  transaction: [...below, 'vdi', 'vss', 'ktm'],
  job: [...below, 'vdi', 'vss', 'ktm', 'transaction'],
  cli: [...below, 'simulator', 'vdi', 'vss', 'ktm', 'transaction', 'job'],
};
/** The one place that chooses a backend. */
const choosesBackend = join(lib, 'binding', 'backend.ts');

const layerOf = (path) => relative(lib, path).split(sep)[0];

const layerOrder = {
  meta: { type: 'problem', schema: [], messages: { order: 'lib/{{ from }} must not import lib/{{ to }}: see the order of the layers' } },
  create(context) {
    const from = layerOf(context.filename);
    const check = (node, source) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = resolve(dirname(context.filename), source.value);
      const to = layerOf(target);
      if (to === '..' || to === from || layers[from]?.includes(to)) return;
      if (to === 'simulator' && context.filename === choosesBackend) return;
      context.report({ node, messageId: 'order', data: { from, to } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
      CallExpression: (node) => node.callee.name === 'require' && check(node, node.arguments[0]),
    };
  },
};

const fromHost = 'comes from the Host, so that a run is a function of its seed';
const hostGlobals = [
  'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'crypto', 'fetch',
].map((name) => ({ name, message: fromHost }));
const hostModules = ['fs', 'fs/promises', 'child_process', 'timers', 'timers/promises', 'perf_hooks', 'os']
  .flatMap((name) => [name, `node:${name}`])
  .map((name) => ({ name, message: fromHost }));

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'prebuilds/', '.cache/', 'node_modules/', '**/generated/'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])) },
    rules: { 'no-unused-vars': ['error', { ignoreRestSiblings: true }] },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } } },
  {
    files: ['lib/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Interfaces promise promises, and some of their methods have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Types of the outside (events, child processes, foreign data) promise more than a robust program relies on.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { winbackup: { rules: { layers: layerOrder } } },
    rules: { 'winbackup/layers': 'error' },
  },
  {
    files: ['lib/{vdi,log,context,ktm,vss,transaction,job,simulator}/**/*.ts'],
    // Clock and scheduler are what the simulated Host is made of, the transports are processes and pipes, and adapters of SQL drivers stand
    // outside the claim.
    ignores: ['lib/simulator/{clock,scheduler}.ts', 'lib/simulator/transport/**', 'lib/vdi/sql/**'],
    rules: {
      'no-restricted-globals': ['error', ...hostGlobals],
      'no-restricted-imports': ['error', { paths: hostModules }],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: fromHost }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
          message: 'every test runs, everywhere',
        },
      ],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
