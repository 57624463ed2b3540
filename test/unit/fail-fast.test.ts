import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

import { FailFastError, failFast, invariant, setFailFastServices } from '../../lib/binding/fail-fast';

describe('fail fast', () => {
  it.each(['main', 'worker'])('[M2] ends the process from its %s thread at once: no handler runs and nothing more is written', (where) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'winbackup-fail-fast-'));
    try {
      const child = spawnSync(process.execPath, [path.join(__dirname, 'fail-fast-main.js'), where, directory], { encoding: 'utf8' });
      expect(child.signal).toBe('SIGABRT');
      // The worker's main thread may have done its own work before; the thread that failed has not.
      expect(readdirSync(directory).filter((name) => where === 'main' || name !== 'later-work')).toEqual(['report.json']);
      expect(child.stderr).toContain('Component: the test\nCondition: two and two make four\n');
      expect(child.stderr).toContain('breakInvariant');
      expect(readFileSync(path.join(directory, 'report.json'), 'utf8')).toContain('two and two make four');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is thrown as FailFastError where the last step was replaced, also when event log and report fail', () => {
    const ended: string[] = [];
    const restore = setFailFastServices({
      reportEvent: () => {
        throw new Error('the log is full');
      },
      writeReport: () => {
        throw new Error('the disk is full');
      },
      terminate: ({ condition }) => void ended.push(condition),
    });
    try {
      expect(() => failFast({ component: 'c', condition: 'broken', stack: '' })).toThrow(FailFastError);
    } finally {
      restore();
    }
    expect(ended).toEqual(['broken']);
  });

  it('does nothing while the invariant holds', () => {
    invariant(true, 'c', 'holds');
  });
});
