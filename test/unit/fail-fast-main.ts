/** A process that breaks an invariant, on its main thread or in a worker, with handlers and pending work that must not run any more. */
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Worker, isMainThread } from 'node:worker_threads';

import { setFailFastServices, invariant } from '../../lib/binding/fail-fast';

const [, , where = 'main', directory = '.'] = process.argv;
const say = (name: string): void => {
  writeFileSync(path.join(directory, name), '');
};

setFailFastServices({ writeReport: (error) => void process.report.writeReport(path.join(directory, 'report.json'), error) });
process.on('exit', () => {
  say('exit-handler');
});
process.on('uncaughtException', () => {
  say('uncaught-exception-handler');
});
setImmediate(() => {
  say('later-work');
});

function breakInvariant(): void {
  try {
    invariant(false, 'the test', 'two and two make four');
  } finally {
    say('finally');
  }
}

if (isMainThread && where === 'worker') {
  new Worker(__filename, { argv: process.argv.slice(2) });
} else {
  breakInvariant();
}
