import path from 'node:path';

/** The repository's own folders, as absolute paths. */
export interface ProjectPaths {
  readonly root: string;
  /** Manifests, cards and the weights this project made. */
  readonly models: string;
  /** Model files the app fetches; git-ignored. */
  readonly publicModels: string;
  /** The built app, which `npm start` serves; absent until it is built. */
  readonly dist: string;
  /** Downloads that are not complete yet; git-ignored. */
  readonly downloads: string;
  /** ONNX Runtime's own files the app fetches; git-ignored. */
  readonly publicRuntime: string;
  /** AssemblyScript sources and, beside each, its compiled `.wasm`. */
  readonly kernels: string;
}

/** The folders of the working copy at `root`; by default the one this file belongs to. */
export function projectPaths(root = path.resolve(import.meta.dirname, '../..')): ProjectPaths {
  return {
    root,
    models: path.join(root, 'models'),
    publicModels: path.join(root, 'public/models'),
    dist: path.join(root, 'dist'),
    downloads: path.join(root, '.cache/downloads'),
    publicRuntime: path.join(root, 'public/ort'),
    kernels: path.join(root, 'src/kernels'),
  };
}
