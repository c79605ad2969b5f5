import { describe, expect, it } from 'vitest';
import { LISTINGS } from '../../../models';
import { accuracyGroups } from '../../../src/ui/shelf/accuracy-groups';
import { ABOUT_FIELDS, inputQuestions, outputQuestions } from '../../../src/ui/shelf/form-fields';
import { draftFromFacts } from '../../../src/ui/shelf/draft-from-facts';
import { OUTPUT_KINDS } from '../../../src/ui/shelf/import-fields';
import type { OnnxFacts } from '../../../src/contracts/shelf';

const figure = (measure: string, value = 0.5, command: string | null = 'npm run eval') => ({
  measure,
  value,
  command,
});

describe('figures of a card', () => {
  it('say once what those that follow each other end with', () => {
    const groups = accuracyGroups([
      figure('Rank-1, standard rule, 60 vehicles, a scene it never saw', 0.64),
      figure('mAP, standard rule, 60 vehicles, a scene it never saw', 0.75),
      figure('Rank-1 across cameras, 60 vehicles, a scene it never saw', 0.79),
      figure('Rank-1, standard rule, cars alone', 0.47),
    ]);
    expect(groups.map(({ common }) => common)).toEqual(['60 vehicles, a scene it never saw', null]);
    expect(groups[0]?.rows.map(({ measure }) => measure)).toEqual([
      'Rank-1, standard rule',
      'mAP, standard rule',
      'Rank-1 across cameras',
    ]);
    expect(groups[1]?.rows[0]).toMatchObject({ measure: 'Rank-1, standard rule, cars alone' });
  });

  it('say once what they begin with, and begin what is left with a capital', () => {
    const [group] = accuracyGroups([
      figure('AP50, two clips, longer side 320 px'),
      figure('AP50, two clips, longer side 416 px'),
    ]);
    expect(group?.common).toBe('AP50, two clips');
    expect(group?.rows.map(({ measure }) => measure)).toEqual([
      'Longer side 320 px',
      'Longer side 416 px',
    ]);
  });

  it('each keep something of their own, even when two say the same', () => {
    const [group] = accuracyGroups([figure('AP50, a clip', 0.5), figure('AP50, a clip', 0.6)]);
    expect(group?.rows.map(({ measure, value }) => [measure, value])).toEqual([
      ['AP50', 0.5],
      ['AP50', 0.6],
    ]);
  });

  it('that no command prints are told apart', () => {
    const [group] = accuracyGroups([figure('AP50', 0.5, null)]);
    expect(group).toMatchObject({ common: null, rows: [{ measure: 'AP50', isStated: true }] });
  });

  it.each(LISTINGS.map(({ id, card }) => [id, card.accuracy] as const))(
    'of %s are all there, in their order',
    (_id, accuracy) => {
      const rows = accuracyGroups(accuracy).flatMap((group) => group.rows);
      expect(rows.map(({ value }) => value)).toEqual(accuracy.map(({ value }) => value));
    },
  );
});

describe('the questions of the import form', () => {
  const facts: OnnxFacts = {
    bytes: 1000,
    sha256: 'ab',
    inputs: [{ name: 'images', type: 'float32', shape: [1, 3, 416, 416] }],
    outputs: [{ name: 'output', type: 'float32', shape: [1, 3549, 85] }],
  };
  const { fields } = draftFromFacts('yolox.onnx', facts);

  it.each(OUTPUT_KINDS.map(({ kind, task }) => [kind, task] as const))(
    'about %s are asked once each, and their answers are among those to choose from',
    (outputKind, task) => {
      const asked = { ...fields, outputKind, task };
      const questions = [
        ...ABOUT_FIELDS,
        ...outputQuestions(asked, facts),
        ...inputQuestions(asked),
      ];
      const names = questions.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const question of questions) {
        if (question.control !== 'select' || question.name === 'scoresName') continue;
        expect(
          question.options.map(([value]) => value),
          question.name,
        ).toContain(asked[question.name]);
      }
    },
  );

  it('are only those that the answers so far give a meaning', () => {
    const names = (change: Partial<typeof fields>): readonly string[] =>
      inputQuestions({ ...fields, ...change }).map(({ name }) => name);
    expect(names({ isFreeSize: true })).toContain('strideMultiple');
    expect(names({ isFreeSize: true })).not.toContain('widthPx');
    expect(names({ normalisation: 'custom' })).toEqual(expect.arrayContaining(['mean', 'std']));
    expect(names({ fit: 'stretched' })).not.toContain('padValue');
    expect(names({ task: 'embed', isFreeSize: true })).toContain('widthPx');
  });
});
