// What a Windows binary says about itself: machine, imported DLLs, exported names (Microsoft's PE format specification).

export interface PortableExecutable {
  readonly machine: 'x64' | 'arm64' | 'other';
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

const machines = new Map<number, PortableExecutable['machine']>([
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
]);

const exportDirectory = 0;
const importDirectory = 1;
const delayImportDirectory = 13;

/** Reads a 64-bit PE file. Delay-loaded DLLs count as imports. Throws when the file is no PE32+ image. */
export function readPortableExecutable(file: Buffer): PortableExecutable {
  const header = file.readUInt32LE(0x3c);
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error('not a PE file');
  const optional = header + 24;
  if (file.readUInt16LE(optional) !== 0x20b) throw new Error('not a 64-bit (PE32+) image');
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, index) => {
    const at = optional + file.readUInt16LE(header + 20) + index * 40;
    return { address: file.readUInt32LE(at + 12), size: file.readUInt32LE(at + 16), offset: file.readUInt32LE(at + 20) };
  });
  const offsetOf = (address: number): number => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.size);
    if (section === undefined) throw new Error(`address ${address} is in no section`);
    return address - section.address + section.offset;
  };
  const textAt = (address: number): string => {
    const start = offsetOf(address);
    return file.toString('latin1', start, file.indexOf(0, start));
  };
  const directory = (index: number): number => file.readUInt32LE(optional + 112 + index * 8);
  const dllNames = (index: number, entrySize: number, nameAt: number): string[] => {
    if (directory(index) === 0) return [];
    const names: string[] = [];
    for (let at = offsetOf(directory(index)); file.readUInt32LE(at + nameAt) !== 0; at += entrySize) {
      names.push(textAt(file.readUInt32LE(at + nameAt)));
    }
    return names;
  };
  const exportNames = (): string[] => {
    if (directory(exportDirectory) === 0) return [];
    const table = offsetOf(directory(exportDirectory));
    const names = offsetOf(file.readUInt32LE(table + 32));
    return Array.from({ length: file.readUInt32LE(table + 24) }, (_, index) => textAt(file.readUInt32LE(names + index * 4)));
  };
  return {
    machine: machines.get(file.readUInt16LE(header + 4)) ?? 'other',
    imports: [...dllNames(importDirectory, 20, 12), ...dllNames(delayImportDirectory, 32, 4)],
    exports: exportNames(),
  };
}

/** The DLLs that every supported Windows has; anything else (a compiler's run-time, NODE.EXE undelayed) fails to load on some server. */
export const dllsOfWindows: readonly string[] = ['kernel32.dll', 'msvcrt.dll', 'advapi32.dll', 'ole32.dll', 'oleaut32.dll'];
