import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

import { FailFastError, failFast, invariant, setFailFastServices, windowsFailFastServices } from '../../lib/binding/fail-fast';

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

  describe('on Windows', () => {
    /** What was done, in order, with an addon that behaves so. */
    function failWith(addon: () => { reportEvent(source: string, type: number, eventId: number, text: string): number; raiseFailFastException(): void }): readonly string[] {
      const done: string[] = [];
      const elsewhere = {
        reportEvent: () => void done.push('standard error'), writeReport: () => void done.push('report'), terminate: () => void done.push('terminate'),
      };
      const restore = setFailFastServices(windowsFailFastServices(() => {
        const { reportEvent, raiseFailFastException } = addon();
        return {
          reportEvent: (source, type, eventId, text) => {
            done.push(`event ${source} ${String(type)} ${String(eventId)} ${text.split('\n').at(-2) ?? ''}`);
            return reportEvent(source, type, eventId, text);
          },
          raiseFailFastException: () => {
            done.push('RaiseFailFastException');
            raiseFailFastException();
          },
        };
      }, elsewhere));
      try {
        expect(() => failFast({ component: 'c', condition: 'broken', stack: '' })).toThrow(FailFastError);
        return done;
      } finally {
        restore();
      }
    }

    it('[M4] writes the application event log, then the report, then raises the fail fast exception', () => {
      const done = failWith(() => ({ reportEvent: () => 0, raiseFailFastException: () => undefined }));
      expect(done.slice(0, 4)).toEqual(['standard error', 'event winbackup 1 1 Condition: broken', 'report', 'RaiseFailFastException']);
    });

    it('ends the process all the same when the event log fails, and when there is no addon', () => {
      const failing = failWith(() => ({ reportEvent: () => 1717, raiseFailFastException: () => undefined }));
      expect(failing.slice(2)).toEqual(['report', 'RaiseFailFastException', 'terminate']);
      const without = failWith(() => {
        throw new Error('winbackup.node was not found');
      });
      expect(without).toEqual(['standard error', 'report', 'terminate']);
    });
  });
});
