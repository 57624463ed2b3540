/**
 * COM security of the process: a requester is a COM server too, and writers that run as Network Service are refused unless it says otherwise
 * (event 8194; facts/vss.md 2.9). It can be set once per process, and a host may have done it before us.
 */
import { HRESULT, MACHINE, WindowsError, checkInteger, checkKnownFields, checkU32, failed } from '../binding';
import type { Channel } from '../binding';

/** RPC_C_AUTHN_LEVEL of CoInitializeSecurity. */
export const RPC_C_AUTHN_LEVEL = { DEFAULT: 0, NONE: 1, CONNECT: 2, CALL: 3, PKT: 4, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
/** RPC_C_IMP_LEVEL. */
export const RPC_C_IMP_LEVEL = { DEFAULT: 0, ANONYMOUS: 1, IDENTIFY: 2, IMPERSONATE: 3, DELEGATE: 4 } as const;
/** EOLE_AUTHENTICATION_CAPABILITIES. */
export const EOAC = { NONE: 0, STATIC_CLOAKING: 0x20, DYNAMIC_CLOAKING: 0x40 } as const;

export interface ComSecurity {
  /** RPC_C_AUTHN_LEVEL; default PKT_PRIVACY. */
  readonly authenticationLevel?: number;
  /** RPC_C_IMP_LEVEL; default IMPERSONATE, which shares on other machines need. */
  readonly impersonationLevel?: number;
  /** EOLE_AUTHENTICATION_CAPABILITIES; default STATIC_CLOAKING. */
  readonly capabilities?: number;
}

/** `host`: the process's own business; nothing is called. */
export type SecurityOption = ComSecurity | 'host';

export function checkSecurity(security: SecurityOption): void {
  if (security === 'host') return;
  checkKnownFields('security', security, ['authenticationLevel', 'impersonationLevel', 'capabilities']);
  checkInteger('security.authenticationLevel', security.authenticationLevel ?? 0, 0, 6);
  checkInteger('security.impersonationLevel', security.impersonationLevel ?? 0, 0, 4);
  checkU32('security.capabilities', security.capabilities ?? 0);
}

/**
 * CoInitializeSecurity, before the first components object. Resolves with who has set it.
 * @throws WindowsError for anything but RPC_E_TOO_LATE, which means that the host did it before
 */
export async function initializeSecurity(channel: Channel, security: SecurityOption): Promise<'host' | 'winbackup'> {
  if (security === 'host') return 'host';
  const {
    authenticationLevel = RPC_C_AUTHN_LEVEL.PKT_PRIVACY, impersonationLevel = RPC_C_IMP_LEVEL.IMPERSONATE, capabilities = EOAC.STATIC_CLOAKING,
  } = security;
  const { hresult } = await channel.call(MACHINE, 'CoInitializeSecurity', [authenticationLevel, impersonationLevel, capabilities]);
  if (hresult === HRESULT.RPC_E_TOO_LATE) return 'host';
  if (failed(hresult)) throw new WindowsError('CoInitializeSecurity', hresult);
  return 'winbackup';
}
