import type { FrameSource } from '../contracts/source';

/** A source with a lamp. */
export interface TorchSource extends FrameSource {
  readonly hasTorch: boolean;
  setTorch(isOn: boolean): Promise<void>;
}

/** The source if it has a lamp that can be switched, else null. */
export function torchOf(source: FrameSource | null): TorchSource | null {
  if (!source || !('hasTorch' in source)) return null;
  const torch = source as TorchSource; // no other source has the key
  return torch.hasTorch ? torch : null;
}
