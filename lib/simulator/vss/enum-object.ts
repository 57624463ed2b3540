/** IVssEnumObject over what a query found. */
import { HRESULT } from '../../binding/codes';
import type { FetchedVSS_OBJECT_PROP, SimulatedIVssEnumObject } from '../generated/vss';
import { KernelObject, SuccessCode } from '../kernel-object';

export class EnumObject extends KernelObject implements SimulatedIVssEnumObject {
  readonly interfaceName = 'IVssEnumObject';

  constructor(
    private readonly found: readonly FetchedVSS_OBJECT_PROP[],
    private position = 0,
  ) {
    super();
  }

  next(count: number): [readonly FetchedVSS_OBJECT_PROP[]] | SuccessCode {
    const elements = this.found.slice(this.position, this.position + count);
    this.position += elements.length;
    return elements.length < count ? new SuccessCode(HRESULT.S_FALSE, [elements]) : [elements];
  }
  skip(count: number): SuccessCode | void {
    const left = this.found.length - this.position;
    this.position += Math.min(count, left);
    if (count > left) return new SuccessCode(HRESULT.S_FALSE);
  }
  reset(): void {
    this.position = 0;
  }
  clone(): [KernelObject] {
    return [new EnumObject(this.found, this.position)];
  }
  ended(): void {
    // Nothing of its own.
  }
}
