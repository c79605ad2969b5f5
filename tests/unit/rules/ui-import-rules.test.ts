import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../../..');
const RULE = '@typescript-eslint/no-restricted-imports';

let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({
    cwd: REPOSITORY,
    overrideConfigFile: join(REPOSITORY, 'tests/rules/eslint.config.js'),
    // The component is not on the disk, so the type checker cannot know it; this rule does not ask it.
    overrideConfig: [
      {
        ...ts.configs.disableTypeChecked,
        languageOptions: { parserOptions: { projectService: false, program: null } },
      },
    ],
  });
});

async function rulesBroken(importLine: string): Promise<readonly (string | null)[]> {
  const component = `<script lang="ts">\n  ${importLine}\n</script>\n`;
  const filePath = join(REPOSITORY, 'src/ui/live/Sample.svelte');
  const [result] = await eslint.lintText(component, { filePath });
  return result?.messages.map((message) => message.ruleId) ?? [];
}

describe('the import rules of components', () => {
  const forbidden = [
    `import type { Tracker } from '../../stages/track/tracker';`,
    `import type { GalleryStore } from '../../storage/gallery-store';`,
    `import type { ModelSession } from '../../inference/model-session';`,
    `import type { Recorder } from '../../sinks/record/recorder';`,
    `import type { InferenceSession } from 'onnxruntime-web';`,
    `import type { Remote } from 'comlink';`,
  ];
  for (const line of forbidden) {
    it(`catch ${line}`, async () => {
      expect(await rulesBroken(line)).toContain(RULE);
    }, 30_000);
  }

  const allowed = [
    `import type { RunStatus } from '../../contracts/app';`,
    `import type { OverlayPainter } from '../../sinks/overlay/overlay-painter';`,
    `import type { LiveVehicles } from '../state/live-vehicles.svelte';`,
  ];
  for (const line of allowed) {
    it(`leave alone ${line}`, async () => {
      expect(await rulesBroken(line)).not.toContain(RULE);
    }, 30_000);
  }
});
