import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../..');

/** A small project in which every file breaks the rule that stands beside it, and `core/fine.ts` breaks none. */
const PROJECT: readonly (readonly [path: string, rule: string | null, source: string])[] = [
  ['src/contracts/shape.ts', null, `export interface Shape { readonly id: number }`],
  ['src/core/fine.ts', null, `import type { Shape } from '../contracts/shape';\nexport const first = (shape: Shape): number => shape.id;`],
  ['src/contracts/bad.ts', 'contracts-knows-only-its-own', `import type { first } from '../core/fine';\nexport type First = typeof first;`],
  ['src/core/bad.ts', 'core-knows-only-its-own', `import '../storage/fine';`],
  ['src/inference/bad.ts', 'inference-knows-only-its-own', `import '../stages/fine';`],
  ['src/stages/fine.ts', null, `import '../core/fine';`],
  ['src/stages/bad.ts', 'stages-knows-only-its-own', `import '../sources/fine';`],
  ['src/sources/fine.ts', null, `import '../core/fine';`],
  ['src/sources/bad.ts', 'sources-knows-only-its-own', `import '../stages/fine';`],
  ['src/street/bad.ts', 'street-knows-only-its-own', `import '../stages/fine';`],
  ['src/adaptation/bad.ts', 'adaptation-knows-only-its-own', `import '../stages/fine';`],
  ['src/storage/fine.ts', null, `import '../core/fine';`],
  ['src/storage/bad.ts', 'storage-knows-only-its-own', `import '../runtime/fine';`],
  ['src/sinks/overlay/fine.ts', null, `import '../../core/fine';`],
  ['src/sinks/overlay/bad.ts', 'sinks-knows-only-its-own', `import '../../storage/fine';`],
  ['src/sinks/record/bad.ts', 'sinks-do-not-know-each-other', `import '../overlay/fine';`],
  ['src/runtime/fine.ts', null, `import '../storage/fine';`],
  ['src/runtime/bad.ts', 'runtime-knows-only-its-own', `import '../ui/fine.svelte';`],
  ['src/ui/fine.svelte', null, `<script lang="ts">import { first } from '../core/fine'; first({ id: 1 });</script>`],
  ['src/ui/bad.svelte', 'ui-knows-only-its-own', `<script lang="ts">import '../storage/fine';</script>`],
  ['src/ui/bad-state.svelte.ts', 'ui-knows-only-its-own', `import '../stages/fine';`],
  ['src/headless/bad.ts', 'headless-knows-only-its-own', `import '../storage/fine';`],
  ['src/main.ts', null, `import './runtime/fine';`],
  ['src/runtime/restarts.ts', 'nobody-imports-main', `import '../main';`],
  ['workers/fine.worker.ts', null, `import '../src/stages/fine';`],
  ['workers/bad.worker.ts', 'workers-build-stages-only', `import '../src/runtime/fine';`],
  ['src/runtime/direct.ts', 'nobody-imports-a-worker', `import '../../workers/fine.worker';`],
  ['server/bad.ts', 'server-shares-only-contracts-and-core', `import '../src/storage/fine';`],
  ['server/endpoint/fine.ts', null, `import '../../src/core/fine';`],
  ['server/analyze/fine.ts', null, `import '../../src/core/fine';`],
  ['server/endpoint/bad.ts', 'endpoint-knows-only-shared-server-files', `import '../analyze/fine';`],
  ['server/knows.ts', 'nobody-imports-the-endpoint', `import './endpoint/fine';`],
  ['server/stores.ts', 'server-packages-only-in-endpoint', `import 'pg';`],
  ['models/bad.ts', 'models-knows-only-contracts', `import '../src/core/fine';`],
  ['tests/browser/fine.worker.ts', null, `import '../../workers/fine.worker';`],
  ['tests/helper.ts', null, `import '../src/core/fine';`],
  ['src/core/tested.ts', 'app-does-not-import-tests', `import '../../tests/helper';`],
  ['src/stages/runs.ts', 'onnxruntime-only-in-inference', `import 'onnxruntime-web';`],
  ['src/runtime/opens.ts', 'idb-only-in-storage', `import 'idb';`],
  ['src/stages/calls.ts', 'comlink-only-at-the-thread-border', `import 'comlink';`],
  ['src/sources/camera.ts', 'demuxer-only-for-files', `import 'mediabunny';`],
  ['src/sources/renders.ts', 'three-only-in-street', `import 'three';`],
  ['src/runtime/learns.ts', 'tensorflow-only-in-adaptation', `import '@tensorflow/tfjs';`],
  ['src/runtime/sends.ts', 'age-and-tus-only-in-sync', `import 'tus-js-client';`],
  ['src/runtime/caches.ts', 'workbox-only-around-the-service-worker', `import 'workbox-window';`],
  ['src/runtime/draws.ts', 'svelte-only-in-ui', `import 'svelte';`],
  ['src/storage/disk.ts', 'browser-code-does-not-use-node', `import 'node:fs';`],
  ['src/core/hen.ts', null, `import './egg';`],
  ['src/core/egg.ts', 'no-cycles', `import './hen';`],
  ['src/core/alone.ts', 'no-orphans', `export const alone = 1;`],
  ['src/core/lost.ts', 'no-unresolvable', `import './nowhere';`],
  ['server/borrows.ts', 'no-undeclared-package', `import 'estree-walker';`],
]; // prettier-ignore

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let folder = '';
let violations: readonly Violation[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'resight-rules-'));
  for (const [path, , source] of PROJECT) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${source}\n`);
  }
  for (const shared of ['node_modules', 'package.json', 'tsconfig.json']) {
    symlinkSync(join(REPOSITORY, shared), join(folder, shared));
  }
  violations = cruise();
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function cruise(): readonly Violation[] {
  const config = join(REPOSITORY, 'tests/rules/dependency-cruiser.cjs');
  const program = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['src', 'workers', 'server', 'models', 'tests'];
  const output = execFileSync(
    process.execPath,
    [program, '--config', config, '--output-type', 'json', ...folders],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  // dependency-cruiser's own result format; a change of it fails the tests below.
  const result = JSON.parse(output) as { readonly summary: { readonly violations: Violation[] } };
  return result.summary.violations;
}

describe('the dependency rules', () => {
  for (const [path, rule] of PROJECT) {
    if (rule !== null) {
      it(`catch ${path} with ${rule}`, () => {
        const rules = violations.filter(({ from }) => from === path).map((one) => one.rule.name);
        expect(rules).toContain(rule);
      });
    }
  }

  it('leave alone what follows them', () => {
    const fine = PROJECT.filter(([, rule]) => rule === null).map(([path]) => path);
    const accused = violations.filter(({ from }) => fine.includes(from));
    expect(accused).toEqual([]);
  });

  it('are all proven here', () => {
    const proven = new Set(PROJECT.map(([, rule]) => rule));
    const config = execFileSync(
      process.execPath,
      [
        '-p',
        `JSON.stringify(require('./tests/rules/dependency-cruiser.cjs').forbidden.map((rule) => rule.name))`,
      ],
      { cwd: REPOSITORY, encoding: 'utf8' },
    );
    const names = JSON.parse(config) as string[]; // the line above wrote it
    expect(names.filter((name) => !proven.has(name))).toEqual([]);
  });
});
