/** The enumerators over what a query found: IVssEnumObject, IVssEnumMgmtObject. */
import { HRESULT } from '../../binding/codes';
import type { FetchedVSS_MGMT_OBJECT_PROP, FetchedVSS_OBJECT_PROP, SimulatedIVssEnumMgmtObject, SimulatedIVssEnumObject } from '../generated/vss';
import { KernelObject, SuccessCode } from '../kernel-object';

abstract class Enumerator<Element> extends KernelObject {
  constructor(
    protected readonly found: readonly Element[],
    protected position = 0,
  ) {
    super();
  }

  next(count: number): [readonly Element[]] | SuccessCode {
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
  ended(): void {
    // Nothing of its own.
  }
}

export class EnumObject extends Enumerator<FetchedVSS_OBJECT_PROP> implements SimulatedIVssEnumObject {
  readonly interfaceName = 'IVssEnumObject';
  clone(): [KernelObject] {
    return [new EnumObject(this.found, this.position)];
  }
}

export class EnumMgmtObject extends Enumerator<FetchedVSS_MGMT_OBJECT_PROP> implements SimulatedIVssEnumMgmtObject {
  readonly interfaceName = 'IVssEnumMgmtObject';
  clone(): [KernelObject] {
    return [new EnumMgmtObject(this.found, this.position)];
  }
}
