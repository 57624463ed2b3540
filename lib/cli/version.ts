/** The package's version, from the package.json that lies above this file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function version(): string {
  const { version: text } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8')) as { version: string };
  return text;
}
