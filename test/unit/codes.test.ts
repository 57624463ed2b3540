import { HRESULT, VDCommands, VDFeatures, WIN32, commandName, failed, hresultFromWin32, hresultName, win32FromHresult, win32Name } from '../../lib/binding/codes';

describe('codes', () => {
  it('turns a Win32 code into its HRESULT and back', () => {
    expect(hresultFromWin32(WIN32.ERROR_ACCESS_DENIED)).toBe(HRESULT.E_ACCESSDENIED);
    expect(win32FromHresult(HRESULT.E_ACCESSDENIED)).toBe(5);
    expect(hresultFromWin32(0)).toBe(HRESULT.S_OK);
    expect(win32FromHresult(HRESULT.VD_E_ABORT)).toBeUndefined();
  });

  it('names an HRESULT by its own name, by its Win32 code, or by its number', () => {
    expect(hresultName(HRESULT.VD_E_ABORT)).toBe('VD_E_ABORT');
    expect(hresultName(HRESULT.VD_E_ABORT | 0)).toBe('VD_E_ABORT');
    expect(hresultName(hresultFromWin32(WIN32.ERROR_DISK_FULL))).toBe('ERROR_DISK_FULL');
    expect(hresultName(0x8077abcd)).toBe('0x8077abcd');
    expect(win32Name(995)).toBe('ERROR_OPERATION_ABORTED');
    expect(win32Name(4242)).toBe('ERROR_4242');
    expect(commandName(19)).toBe('Complete');
    expect(commandName(99)).toBe('command 99');
  });

  it('tells failures by the sign bit', () => {
    expect(failed(HRESULT.VD_E_CLOSE)).toBe(true);
    expect(failed(HRESULT.S_FALSE)).toBe(false);
  });

  // Transcribed from facts/vdi.md 1.4 to 1.6, not from the code.
  it('has the values of vdi.h and vdierror.h', () => {
    expect(Object.entries(HRESULT).filter(([name]) => name.startsWith('VD_E_')).map(([name, code]) => `${name} ${code.toString(16)}`)).toEqual([
      'VD_E_NOTOPEN 80770002', 'VD_E_TIMEOUT 80770003', 'VD_E_ABORT 80770004', 'VD_E_SECURITY 80770005', 'VD_E_INVALID 80770006',
      'VD_E_INSTANCE_NAME 80770007', 'VD_E_NOTSUPPORTED 80770009', 'VD_E_MEMORY 8077000a', 'VD_E_UNEXPECTED 8077000b',
      'VD_E_PROTOCOL 8077000c', 'VD_E_OPEN 8077000d', 'VD_E_CLOSE 8077000e', 'VD_E_BUSY 8077000f',
    ]);
    expect(VDFeatures.LikeTape).toBe(VDFeatures.FileMarks | VDFeatures.Removable | VDFeatures.Rewind | VDFeatures.Position | VDFeatures.SkipBlocks | VDFeatures.ReversePosition);
    expect(Object.values(VDCommands)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
  });
});
