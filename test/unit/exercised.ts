// What the tables of tests have gone through, for the count that `npm test` prints at its end.
import { appendFileSync } from 'node:fs';

/** @param what the same name counts once; a number of nameless ones is added */
export function exercised(kind: 'abort causes' | 'error codes' | 'crash points', what: string | number): void {
  const file = process.env['WINBACKUP_EXERCISED'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ kind, what })}\n`);
}
