/** A password comes from the environment or from a file, never from the command line, which every user of the machine can read. */
import { ArgumentError } from '../binding/errors';
import type { Files } from '../binding/host';

export interface PasswordOptions {
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
}

const LONGEST = 4096;

/** Undefined when neither is given. Throws ArgumentError when the variable is not set or the file not readable. */
export async function readPassword(options: PasswordOptions, env: Readonly<Record<string, string | undefined>>, files: Files): Promise<string | undefined> {
  const { passwordEnv, passwordFile } = options;
  if (passwordEnv !== undefined && passwordFile !== undefined) throw new ArgumentError('--password-file', 'must not be given together with --password-env');
  if (passwordEnv !== undefined) {
    const value = env[passwordEnv];
    if (value === undefined) throw new ArgumentError('--password-env', `names the environment variable ${passwordEnv}, which is not set`);
    return value;
  }
  if (passwordFile === undefined) return undefined;
  const file = await files.open(passwordFile, 'read').catch((error: unknown) => {
    throw new ArgumentError('--password-file', `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const bytes = new Uint8Array(LONGEST);
    const count = await file.read(bytes, 0);
    if (count === LONGEST) throw new ArgumentError('--password-file', `holds ${String(LONGEST)} bytes or more: that is no password`);
    // What PowerShell's > writes has a byte order mark, and 16 bits a character.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
    return new TextDecoder(encoding).decode(bytes.subarray(0, count)).replace(/\r?\n$/, '');
  } finally {
    await file.close();
  }
}
