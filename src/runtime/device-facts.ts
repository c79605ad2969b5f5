/** What of a device decides how fast it is. */
export interface DeviceFacts {
  readonly hardwareConcurrency: number;
  readonly isCrossOriginIsolated: boolean;
  /** iPhone and iPad: WebGPU sessions crash there after some hundred runs (onnxruntime #26827, iOS 26). */
  readonly isIos: boolean;
  /** Describes the graphics device; null when WebGPU has none, or only one in software. */
  readonly gpuName: string | null;
  /** Browser and its version. */
  readonly browser: string;
}

/** Raised when the way of measuring or of testing backends changes: what was found before no longer counts. */
const FINDINGS_VERSION = 1;

/** The same as long as what was found out about backends on this device still holds. */
export function deviceKeyOf(facts: DeviceFacts): string {
  return JSON.stringify([
    FINDINGS_VERSION,
    facts.browser,
    facts.hardwareConcurrency,
    facts.gpuName,
    facts.isCrossOriginIsolated,
  ]);
}

/** Reads the facts of the page it runs on. */
export async function readDeviceFacts(): Promise<DeviceFacts> {
  return {
    hardwareConcurrency: navigator.hardwareConcurrency,
    isCrossOriginIsolated: globalThis.crossOriginIsolated,
    isIos: isIos(),
    gpuName: await readGpuName(),
    browser: navigator.userAgent,
  };
}

function isIos(): boolean {
  // An iPad calls itself a Macintosh, but no Macintosh has a touch screen.
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  );
}

async function readGpuName(): Promise<string | null> {
  // Typed as always there, but missing in browsers without WebGPU.
  const gpu = (navigator as Partial<Navigator>).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  // A software adapter is right but many times slower than WebAssembly, and takes long to find out.
  if (!adapter || adapter.info.isFallbackAdapter) return null;
  const { vendor, architecture, device, description } = adapter.info;
  return [vendor, architecture, device, description].join('/');
}
