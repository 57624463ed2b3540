/** Which parts of VSS a Windows version has (facts/vss.md 1.2, 2.4, 2.7). */
import { HRESULT } from '../../binding/codes';
import { VSS_HRESULT } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';

/** Kernel version times ten, and whether it is a server. */
const versions = {
  WindowsServer2003: { kernel: 52, server: true },
  WindowsVista: { kernel: 60, server: false },
  WindowsServer2008: { kernel: 60, server: true },
  Windows7: { kernel: 61, server: false },
  WindowsServer2008R2: { kernel: 61, server: true },
  Windows8: { kernel: 62, server: false },
  WindowsServer2012: { kernel: 62, server: true },
  Windows10: { kernel: 100, server: false },
  WindowsServer2022: { kernel: 100, server: true },
} as const;

export type WindowsVersionName = keyof typeof versions;
export const windowsVersionNames = Object.keys(versions) as readonly WindowsVersionName[];

/** The first kernel that has the interface; those not listed are in all. */
const interfaceSince: Readonly<Record<string, number>> = {
  IVssBackupComponentsEx2: 60,
  IVssBackupComponentsEx3: 61,
  IVssBackupComponentsEx4: 62,
  IVssExamineWriterMetadataEx2: 60,
  IVssComponentEx: 60,
  IVssComponentEx2: 61,
};

export class WindowsVersion {
  private readonly kernel: number;
  readonly server: boolean;

  constructor(readonly name: WindowsVersionName) {
    this.kernel = versions[name].kernel;
    this.server = versions[name].server;
  }

  hasInterface(name: string): boolean {
    return this.kernel >= (interfaceSince[name] ?? 0);
  }

  /** Throws E_NOINTERFACE where this Windows lacks the interface. */
  requireInterface(name: string): void {
    if (!this.hasInterface(name)) throw new Failure(HRESULT.E_NOINTERFACE);
  }

  /** Server 2003 waits only without end. */
  get timedWaits(): boolean {
    return this.kernel >= 60;
  }

  /** File shares by UNC path, since Windows 8. */
  get remoteShares(): boolean {
    return this.kernel >= 62;
  }

  /** VSS_E_UNEXPECTED, or E_UNEXPECTED before Windows 7. */
  get unexpected(): number {
    return this.kernel >= 61 ? VSS_HRESULT.VSS_E_UNEXPECTED : HRESULT.E_UNEXPECTED;
  }

  /** Up to Server 2008 a writer session ends only with GatherWriterStatus after BackupComplete. */
  get sessionNeedsStatus(): boolean {
    return this.kernel <= 60;
  }
}
