/** What to do about an error of VSS, by its code (facts/vss.md 2.5, 2.6, 2.9). */
const HINTS: Readonly<Record<string, string>> = {
  E_ACCESSDENIED: 'Run as administrator, backup operator or Local System; a service account also needs an entry in HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS\\VssAccessControl.',
  VSS_E_SNAPSHOT_SET_IN_PROGRESS: 'Another program creates a shadow copy, or holds a set that it never ended: wait, or end that program.',
  VSS_E_OBJECT_NOT_FOUND: 'There is no such volume or object: a volume is named by its root (C:\\, D:\\Mounted\\), not by a path on it.',
  VSS_E_VOLUME_NOT_SUPPORTED: 'No provider makes shadow copies of this volume in this context; persistent copies need NTFS.',
  VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER: 'The provider that was asked for does not make shadow copies of this volume: leave the choice to the service.',
  VSS_E_INSUFFICIENT_STORAGE: 'The shadow copy storage is full: enlarge it (vssadmin resize shadowstorage) or delete old copies.',
  VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED: 'The volume has as many shadow copies as it can have: delete old ones.',
  VSS_E_UNSUPPORTED_CONTEXT: 'This Windows edition does not know the context; transportable copies and reverts are for servers.',
  VSS_E_HOLD_WRITES_TIMEOUT: 'The volume was too busy to hold its writes for ten seconds: try again when there is less I/O.',
  VSS_E_FLUSH_WRITES_TIMEOUT: 'The volume was too busy to flush its writes: try again when there is less I/O.',
  VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT: 'The writer has files on a volume that is not in the set: start over with that volume too.',
  VSS_E_WRITERERROR_RETRYABLE: 'If it repeats, restart the service of the writer.',
  VSS_E_WRITERERROR_TIMEOUT: 'The writer was frozen for too long: fewer volumes at once, or less load, make the freeze shorter.',
  VSS_E_WRITERERROR_OUTOFRESOURCES: 'The writer ran out of resources: try again when the system is less busy.',
  VSS_E_WRITERERROR_NONRETRYABLE: 'The event log of the writer tells why; a retry will fail again.',
  VSS_E_WRITER_NOT_RESPONDING: 'The service of the writer hangs or has ended: restart it.',
  VSS_E_WRITER_STATUS_NOT_AVAILABLE: 'The writer has no free slot for another backup session: wait for other backups, or restart its service.',
  VSS_E_PROVIDER_VETO: 'The event log tells why the provider refused.',
  VSS_E_UNEXPECTED_PROVIDER_ERROR: 'The event log tells why the provider failed.',
  VSS_E_REBOOT_REQUIRED: 'Restart Windows.',
  VSS_E_NESTED_VOLUME_LIMIT: 'The volume lies on a virtual disk inside another one: back it up from outside.',
};

export function hintFor(code: string): string | undefined {
  return HINTS[code];
}
