/** A program that knows nothing of the addon, inside this process (host_client/addon.cc). */
import * as path from 'node:path';

interface HostClient {
  /** Whether the privilege is enabled in this process's token; undefined when the token does not hold it. */
  privilegeEnabled(name: string): boolean | undefined;
}

const loaded = { exports: {} };
process.dlopen(loaded, path.join(process.env['WINBACKUP_PROGRAMS'] ?? '', 'host_client.dll'));
export const hostClient = loaded.exports as HostClient;
