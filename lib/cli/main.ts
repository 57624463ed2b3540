#!/usr/bin/env node
/** The program `winbackup`. */
import { errorCode } from '../binding/errors';
import { EXIT } from './exit-codes';
import { processIo } from './io';
import { main } from './program';

// `winbackup ... | head` closes the pipe: what is said then is lost, and the work goes on. A backup to standard output has its own handling.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: unknown) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

// Timers of the Host do not keep the process alive; and should it ever end before the command has, that is no success.
const alive = setInterval(() => undefined, 0x7fffffff);
process.exitCode = EXIT.internal;
void main(process.argv.slice(2), processIo).then((code) => {
  process.exitCode = code;
  clearInterval(alive);
});
