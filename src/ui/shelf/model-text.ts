import type { ErrorCode } from '../../contracts/errors';
import type { ExecutionProvider, ModelInputSpec, ModelManifest } from '../../contracts/model';
import type { ShelfModel, ShelfPlace } from '../../contracts/shelf';

/** Where a model comes from, as the shelf writes it. */
export const PLACE_TEXTS: Readonly<Record<ShelfPlace, string>> = {
  'built-in': 'Built in',
  added: 'Added',
  own: 'Yours',
  absent: 'Not installed',
};

/** A provider, for people. */
export const PROVIDER_TEXTS: Readonly<Record<ExecutionProvider, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
};

/** What is known of a model, wherever it is; length and checksum are null before it is there. */
export type KnownModel = Omit<ModelManifest, 'sha256' | 'bytes'> & {
  readonly bytes: number | null;
};

/** A model of the shelf without regard to whether it is there. */
export function knownModel(model: ShelfModel): KnownModel {
  if (model.place !== 'absent') return model.manifest;
  const { listing } = model;
  return { ...listing, bytes: listing.download ? listing.download.bytes : listing.bytes };
}

/** `416 × 416 px`, `any multiple of 32 px`. */
export function inputSizeText({ size, strideMultiple }: ModelInputSpec): string {
  if (size) return `${size.widthPx} × ${size.heightPx} px`;
  return `any multiple of ${strideMultiple} px`;
}

/** `WebAssembly and WebGPU`; `none yet`. */
export function providersText(providers: readonly ExecutionProvider[]): string {
  if (providers.length === 0) return 'none yet';
  return providers.map((provider) => PROVIDER_TEXTS[provider]).join(' and ');
}

/** A measured fraction as a percentage with one digit: `94.3 %`; a value that is no fraction as it is. */
export function accuracyText(value: number): string {
  if (value < 0 || value > 1) return String(value);
  return `${(value * 100).toFixed(1)}\u202f%`;
}

/** `12.4 ms`, `143 ms`. */
export function speedText(medianMs: number): string {
  return `${medianMs < 100 ? medianMs.toFixed(1) : String(Math.round(medianMs))}\u202fms`;
}

/** What to change when a file or a form is refused; null: the sentence for the code says enough. */
export function importAdviceText(code: ErrorCode): string | null {
  switch (code) {
    case 'MODEL_CORRUPT':
      return 'Choose a whole .onnx file: download or export it again, and compare its length with the original.';
    case 'MODEL_INCOMPATIBLE':
      return 'Compare what was expected with what was found, and change that field. For an operator or type the app lacks, export the model again: opset 17 or lower, float32, without its own box suppression.';
    case 'STORAGE_FULL':
      return 'Free space on the device, or remove another model of yours, then press Add again.';
    default:
      return null;
  }
}
