// The statements that the flows send: whatever the names, nothing but the names is in them.
import fc from 'fast-check';
import { quoteIdentifier, quoteString } from '../../lib/vdi';
import { backupStatement, ownStatement, restoreOnlyStatement, restoreStatement } from '../../lib/vdi/statement';

/** What SQL Server reads a bracketed name as, and what is left of the text behind it. */
function readIdentifier(text: string): { name: string; rest: string } {
  let name = '';
  for (let index = 1; index < text.length; index += 1) {
    if (text[index] === ']') {
      if (text[index + 1] !== ']') return { name, rest: text.slice(index + 1) };
      index += 1;
    }
    name += text[index] ?? '';
  }
  throw new Error('the name does not end');
}

function readString(text: string): { value: string; rest: string } {
  let value = '';
  const start = text.startsWith('N') ? 2 : 1;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '\'') {
      if (text[index + 1] !== '\'') return { value, rest: text.slice(index + 1) };
      index += 1;
    }
    value += text[index] ?? '';
  }
  throw new Error('the string does not end');
}

const names = fc.string({ unit: fc.constantFrom(']', '[', '\'', '"', ';', '-', '/', '*', ' ', 'a', 'é', '漢', '\u02bc', '\ud83d\ude00'), minLength: 1, maxLength: 40 });

describe('quoting', () => {
  it('reads back as the same name, with nothing behind it', () => {
    fc.assert(fc.property(names, fc.string(), (name, rest) => {
      expect(readIdentifier(`${quoteIdentifier(name)} ${rest}`)).toEqual({ name, rest: ` ${rest}` });
      expect(readString(`${quoteString(name)} ${rest}`)).toEqual({ value: name, rest: ` ${rest}` });
    }));
  });

  it('is national exactly where a character needs it', () => {
    expect(quoteString('it\'s')).toBe('\'it\'\'s\'');
    expect(quoteString('Größe')).toBe('N\'Größe\'');
  });

  it('holds in a whole statement', () => {
    fc.assert(fc.property(names, names, (database, name) => {
      const text = backupStatement(database, 'full', { name })(['d']);
      const read = readIdentifier(text.slice('BACKUP DATABASE '.length));
      expect(read.name).toBe(database);
      expect(read.rest.startsWith(' TO VIRTUAL_DEVICE = \'d\' WITH NAME = ')).toBe(true);
      expect(readString(read.rest.slice(' TO VIRTUAL_DEVICE = \'d\' WITH NAME = '.length))).toEqual({ value: name, rest: '' });
    }));
  });
});

describe('statements', () => {
  it('have the options that were asked for', () => {
    expect(backupStatement('Sales', 'differential', { copyOnly: false, checksum: true, compression: false, blockSize: 65_536, maxTransferSize: 4_194_304, bufferCount: 50, stats: 10 })(['a', 'b'])).toBe(
      'BACKUP DATABASE [Sales] TO VIRTUAL_DEVICE = \'a\', VIRTUAL_DEVICE = \'b\' WITH DIFFERENTIAL, BLOCKSIZE = 65536, MAXTRANSFERSIZE = 4194304, BUFFERCOUNT = 50, CHECKSUM, STATS = 10, NO_COMPRESSION',
    );
    expect(backupStatement('Sales', 'log', { after: 'norecovery', noTruncate: true })(['a'])).toBe('BACKUP LOG [Sales] TO VIRTUAL_DEVICE = \'a\' WITH NORECOVERY, NO_TRUNCATE');
    expect(restoreStatement('Sales', 'database', { replace: true, after: { standby: 'C:\\u.dat' }, move: { Sales: 'D:\\s.mdf', 'Sales\'s log': 'E:\\s.ldf' } })(['a'])).toBe(
      'RESTORE DATABASE [Sales] FROM VIRTUAL_DEVICE = \'a\' WITH REPLACE, STANDBY = \'C:\\u.dat\', MOVE \'Sales\' TO \'D:\\s.mdf\', MOVE \'Sales\'\'s log\' TO \'E:\\s.ldf\'',
    );
    expect(restoreStatement('Sales', 'log', { stopAt: '2026-01-31T12:00:00' })(['a'])).toBe('RESTORE LOG [Sales] FROM VIRTUAL_DEVICE = \'a\' WITH STOPAT = \'2026-01-31T12:00:00\'');
    expect(restoreOnlyStatement('FILELISTONLY', {})(['a'])).toBe('RESTORE FILELISTONLY FROM VIRTUAL_DEVICE = \'a\'');
  });

  it.each<[string, object]>([
    ['options.blockSize', { blockSize: 1000 }],
    ['options.blockSize', { blockSize: 256 }],
    ['options.maxTransferSize', { maxTransferSize: 100_000 }],
    ['options.maxTransferSize', { maxTransferSize: 8_388_608 }],
    ['options.bufferCount', { bufferCount: 0 }],
    ['options.stats', { stats: 101 }],
    ['options.retainDays', { retainDays: -1 }],
    ['options.name', { name: 'a\0b' }],
    ['options.after', { after: 'norecovery' as const }],
    ['options.chekcsum', { chekcsum: true }],
  ])('are refused for a bad %s', (field, options) => {
    expect(() => backupStatement('Sales', 'full', options)).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
  });
});

describe('a statement of the caller\'s own', () => {
  it('gets the whole list of devices in place of {device}', () => {
    expect(ownStatement('BACKUP DATABASE x TO {device} WITH COPY_ONLY')(['a', 'b'])).toBe('BACKUP DATABASE x TO VIRTUAL_DEVICE = \'a\', VIRTUAL_DEVICE = \'b\' WITH COPY_ONLY');
    expect(ownStatement('RESTORE DATABASE x FROM virtual_device={device}')(['a', 'b'])).toBe('RESTORE DATABASE x FROM virtual_device=\'a\', VIRTUAL_DEVICE = \'b\'');
  });

  it('must have the placeholder, once', () => {
    for (const statement of ['BACKUP DATABASE x TO DISK = \'a\'', '{device} {device}', 7, '']) {
      expect(() => ownStatement(statement)).toThrow(expect.objectContaining({ field: 'statement' }) as Error);
    }
  });
});
