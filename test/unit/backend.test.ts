import { resolveBackend } from '../../lib/binding/backend';
import { SimulatedWindows } from '../../lib/simulator';

describe('the backend', () => {
  it('is a simulated machine where this is not Windows, which is said once', async () => {
    const warnings: string[] = [];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((warning, options) => {
      warnings.push(`${typeof options === 'object' ? String(options.code) : ''}: ${String(warning)}`);
    });
    const first = await resolveBackend();
    expect(await resolveBackend()).toBe(first);
    warn.mockRestore();
    expect(first.kind).toBe('simulated');
    expect(warnings).toEqual(['WINBACKUP_SIMULATED: This system is not Windows: winbackup works on a simulated Windows machine.']);
  });

  it('is the one that the caller gives', async () => {
    const machine = new SimulatedWindows();
    expect(await resolveBackend(machine)).toBe(machine);
  });
});
