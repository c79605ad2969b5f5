import type { HeadlessPixels, HeadlessVector, PictureEmbedderApi } from '../contracts/headless';
import type { ModelManifest } from '../contracts/model';
import { WorkerHost } from '../runtime/worker-host';
import { readPixels, toBase64, toHeadlessPixels } from './picture-data';
import type { HeadlessServices } from './services';

interface OpenEmbedder {
  readonly sha256: string;
  readonly host: WorkerHost<PictureEmbedderApi>;
}

/** Pictures given as files: crops that were cut elsewhere. */
export class ImageFiles {
  readonly #services: HeadlessServices;
  readonly #fileAt: (index: number) => File;
  #open: OpenEmbedder | null = null;

  constructor(services: HeadlessServices, fileAt: (index: number) => File) {
    this.#services = services;
    this.#fileAt = fileAt;
  }

  /** See `HeadlessApi.embedImages`. */
  async embed(
    manifest: ModelManifest,
    fileIndices: readonly number[],
  ): Promise<readonly HeadlessVector[]> {
    const { host } = await this.#embedderOf(manifest);
    const vectors = await host.call((remote) => remote.embed(fileIndices.map(this.#fileAt)));
    return Promise.all(
      // A copy: a Blob takes no view of memory that might be shared.
      vectors.map(async (vector) => vector && toBase64(new Blob([new Float32Array(vector)]))),
    );
  }

  /** See `HeadlessApi.decodeImages`. */
  async decode(fileIndices: readonly number[]): Promise<readonly HeadlessPixels[]> {
    const pictures: HeadlessPixels[] = [];
    for (const index of fileIndices) {
      const image = await createImageBitmap(this.#fileAt(index));
      try {
        pictures.push(await toHeadlessPixels(readPixels(image)));
      } finally {
        image.close();
      }
    }
    return pictures;
  }

  async #embedderOf(manifest: ModelManifest): Promise<OpenEmbedder> {
    if (this.#open?.sha256 === manifest.sha256) return this.#open;
    this.#open?.host.terminate();
    const host = new WorkerHost<PictureEmbedderApi>(
      new Worker(new URL('../../workers/picture-embedder.worker.ts', import.meta.url), {
        type: 'module',
      }),
      'picture embedder',
    );
    this.#open = { sha256: manifest.sha256, host };
    const config = {
      manifest,
      modelUrl: await this.#services.parts.catalogue.urlOf(manifest),
      runtimeBaseUrl: new URL('ort/', document.baseURI).href,
      backend: {
        provider: 'wasm',
        threadCount: 1,
        inputSidePx: manifest.input.size?.widthPx ?? manifest.input.strideMultiple,
        origin: 'default',
        measuredMs: null,
      },
      isProviderNew: true,
    } as const;
    await host.call((remote) => remote.open(config));
    return this.#open;
  }
}
