/** The description of a job: what is refused, and how the error says where. */
import { ArgumentError } from '../../lib/binding';
import { DescriptionError, checkDescription, importDescription, parseDescription, stripesOf } from '../../lib/job/description';
import { parseJson } from '../../lib/job/json-source';
import { SimulatedDisk } from '../../lib/simulator/disk';

const files = new SimulatedDisk();
const whole = {
  name: 'nightly', destination: 'sets', volumes: ['D:\\'], writers: ['Plain Writer'],
  databases: [{ name: 'Sales', stripes: 2, compress: 'gzip', to: 'sales.bak.gz' }, { name: 'Log/1', type: 'log' }],
  files: [{ from: 'D:\\Data', to: 'data' }],
  partialOutputs: 'keep', timeouts: { jobMs: 60_000, attachMs: 1000 },
};

function refused(text: string): DescriptionError {
  try {
    parseDescription(text, '/jobs/job.json', files);
  } catch (error) {
    if (error instanceof DescriptionError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

it('gives the job with its defaults, places and names filled in', () => {
  expect(parseDescription(JSON.stringify(whole), '/jobs/job.json', files)).toEqual({
    name: 'nightly', destination: '/jobs/sets', volumes: ['D:\\'], writers: ['Plain Writer'],
    databases: [
      { name: 'Sales', stripes: 2, compress: 'gzip', to: 'sales.bak.gz', type: 'full', copyOnly: true },
      { name: 'Log/1', stripes: 1, to: 'Log_1.bak', type: 'log', copyOnly: true },
    ],
    files: [{ from: 'D:\\Data', to: 'data', volume: 'D:\\', path: 'Data' }],
    partialOutputs: 'keep', timeouts: { jobMs: 60_000, attachMs: 1000 },
  });
});

it('spreads a name over the stripes, before its endings', () => {
  const [sales] = checkDescription(whole, '/jobs', files).databases;
  expect(sales === undefined ? [] : stripesOf(sales)).toEqual(['sales.1of2.bak.gz', 'sales.2of2.bak.gz']);
});

it('chooses the volume with the longest name', () => {
  const { files: copies } = checkDescription({ name: 'a', destination: '/sets', volumes: ['D:', 'D:\\Mounted'], files: [{ from: 'd:/mounted/x/y', to: 'y' }] }, '/', files);
  expect(copies).toEqual([{ from: 'd:/mounted/x/y', to: 'y', volume: 'D:\\Mounted\\', path: 'x\\y' }]);
});

it.each<[string, unknown, string, RegExp]>([
  ['an unknown field', { ...whole, volume: ['D:\\'] }, 'job.volume', /is not a field; there are: name, destination/],
  ['an unknown field further in', { ...whole, databases: [{ name: 'Sales', nme: 1 }] }, 'job.databases[0].nme', /is not a field/],
  ['a missing field', { destination: 'x', databases: [{ name: 'Sales' }] }, 'job.name', /is missing/],
  ['something of another type', { ...whole, databases: 'Sales' }, 'job.databases', /must be an array/],
  ['a number out of range', { ...whole, databases: [{ name: 'Sales', stripes: 65 }] }, 'job.databases[0].stripes', /from 1 to 64/],
  ['a word that is none of the choices', { ...whole, partialOutputs: 'maybe' }, 'job.partialOutputs', /must be one of remove, keep/],
  ['nothing to do', { name: 'a', destination: 'x' }, 'job', /has nothing to do/],
  ['a volume that is not in the snapshot', { ...whole, files: [{ from: 'E:\\Data', to: 'data' }] }, 'job.files[0].from', /is on no volume of the snapshot: E:\\Data/],
  ['a path that leads out of its volume', { ...whole, files: [{ from: 'D:\\a\\..\\..\\E', to: 'data' }] }, 'job.files[0].from', /must not contain \.\./],
  ['the same output twice', { ...whole, files: [{ from: 'D:\\Data', to: 'SALES.1OF2.bak.gz' }] }, 'job.files[0].to', /is the same output as job\.databases\[0\]\.to/],
  ['the same database file twice', { ...whole, databases: [{ name: 'a' }, { name: 'b', to: 'A.bak' }] }, 'job.databases[1].to', /is the same output as job\.databases\[0\]\.to/],
  ['an output in place of the manifest', { ...whole, files: [{ from: 'D:\\Data', to: 'Manifest.json' }] }, 'job.files[0].to', /is the same output as the manifest/],
  ['an output elsewhere', { ...whole, files: [{ from: 'D:\\Data', to: '../data' }] }, 'job.files[0].to', /must be a plain name/],
  ['a name that Windows reserves', { ...whole, files: [{ from: 'D:\\Data', to: 'con.txt' }] }, 'job.files[0].to', /must be a plain name/],
  ['the same volume twice', { ...whole, volumes: ['D:\\', 'd:'] }, 'job.volumes[1]', /is there twice/],
  ['writers without a snapshot', { name: 'a', destination: 'x', databases: [{ name: 'Sales' }], writers: ['w'] }, 'job.writers', /no meaning without volumes/],
  ['a password', { ...whole, databases: [{ name: 'Sales', password: 'hunter2' }] }, 'job.databases[0].password', /is a secret/],
  ['a password in a text', { ...whole, databases: [{ name: 'Server=x;Password=hunter2' }] }, 'job.databases[0].name', /is a secret/],
  ['copyOnly of a differential backup', { ...whole, databases: [{ name: 'Sales', type: 'differential', copyOnly: true }] }, 'job.databases[0].copyOnly', /no meaning/],
  ['a null', null, 'job', /must be an object/],
])('refuses %s', (_what, value, field, message) => {
  const error = refused(JSON.stringify(value));
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field, file: '/jobs/job.json', line: 1 });
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('hunter2');
});

it('names the line in JSON, of the field or of what should hold it', () => {
  const text = '{\n  "name": "a",\n  "destination": "x",\n  "databases": [\n    { "name": "Sales" },\n    {\n      "stripes": 2\n    }\n  ],\n  "filess": []\n}';
  expect(refused(text)).toMatchObject({ field: 'job.filess', line: 10 });
  expect(refused(text.replace('filess', 'files'))).toMatchObject({ field: 'job.databases[1].name', line: 6 });
  expect(refused(text.replace('filess', 'files')).message).toMatch(/is missing \(\/jobs\/job\.json, line 6\)$/);
});

it.each<[string, string, number]>([
  ['an empty file', '', 1],
  ['a trailing comma', '{\n"a": 1,\n}', 3],
  ['a missing colon', '{\n\n"a" 1}', 3],
  ['a field twice', '{"a": 1,\n"a": 2}', 2],
  ['a line break in a string', '{"a": "x\ny"}', 1],
  ['something behind the end', '{}\n{}', 2],
  ['a word', '{"a": yes}', 1],
])('says on which line %s is not JSON', (_what, text, line) => {
  expect(refused(text)).toMatchObject({ field: 'job', line });
});

it('reads JSON as JSON.parse does', () => {
  const text = ' \ufeff{"a":[1,-2.5e3,true,null,"\\u00e4\\n\\"",{}],"b":{"__proto__":{"c":[]}}}'.trim();
  expect(JSON.stringify(parseJson(text).value)).toBe(JSON.stringify(JSON.parse(text.replace('\ufeff', ''))));
  expect(() => parseJson(`${'['.repeat(200)}${']'.repeat(200)}`)).toThrow('nested too deeply');
});

it('takes what a JavaScript module exports, an object or a function', async () => {
  const job = { name: 'a', destination: 'sets', databases: [{ name: 'Sales' }] };
  expect((await importDescription(job, '/jobs/job.js', files)).destination).toBe('/jobs/sets');
  expect((await importDescription(() => Promise.resolve(job), '/jobs/job.js', files)).databases).toHaveLength(1);
  const error = await importDescription({ ...job, x: 1 }, '/jobs/job.js', files).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ field: 'job.x', file: '/jobs/job.js', line: undefined });
  expect(error).toBeInstanceOf(ArgumentError);
});
