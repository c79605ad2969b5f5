import { describe, expect, it } from 'vitest';
import type { OnnxFacts } from '../../../src/contracts/shelf';
import { classesOf, classesText } from '../../../src/ui/shelf/class-lists';
import { draftFromFacts, withOutputKind } from '../../../src/ui/shelf/draft-from-facts';
import { draftFromFields } from '../../../src/ui/shelf/draft-from-fields';
import { scaleOf, type ImportFields } from '../../../src/ui/shelf/import-fields';
import { ModelImport } from '../../../src/ui/state/model-import.svelte';
import { FakeShelf } from '../../browser/ui/fake-shelf';

type Shape = readonly (number | null)[];

function factsOf(input: Shape, ...outputs: readonly Shape[]): OnnxFacts {
  const tensor = (name: string, shape: Shape) => ({ name, type: 'float32', shape });
  return {
    bytes: 1000,
    sha256: 'ab',
    inputs: [tensor('images', input)],
    outputs: outputs.map((shape, index) => tensor(`out${index}`, shape)),
  };
}

const YOLOX = factsOf([1, 3, 416, 416], [1, 3549, 85]);
const YOLO_8 = factsOf([1, 3, 640, 640], [1, 84, 8400]);
const EMBEDDER = factsOf([1, 3, 208, 208], [1, 512]);

function filled(facts: OnnxFacts, change: Partial<ImportFields> = {}): ImportFields {
  return { ...draftFromFacts('some.onnx', facts).fields, licence: 'MIT', ...change };
}

function errorsOf(facts: OnnxFacts, change: Partial<ImportFields>): Record<string, string> {
  const reading = draftFromFields(filled(facts, change), facts);
  return reading.isComplete ? {} : { ...reading.errors };
}

describe('draftFromFacts', () => {
  it('takes one box for every cell of the strides for YOLOX, with its pixels', () => {
    const { fields, cautions } = draftFromFacts('yolox_nano.onnx', YOLOX);
    expect(fields).toMatchObject({
      title: 'yolox_nano',
      task: 'detect',
      outputKind: 'yolox',
      widthPx: 416,
      heightPx: 416,
      layout: 'NCHW',
      channelOrder: 'BGR',
      normalisation: 'range-255',
      fit: 'top-left',
      strides: '8, 16, 32',
      classPreset: 'coco-80',
    });
    expect(cautions).toEqual([]);
  });

  it('takes three boxes a cell, in rows, for YOLOv5 with objectness', () => {
    const { fields } = draftFromFacts('v5.onnx', factsOf([1, 3, 640, 640], [1, 25200, 85]));
    expect(fields).toMatchObject({ outputKind: 'yolo', order: 'rows', hasObjectness: true });
  });

  it('takes boxes in columns for YOLOv8 without objectness', () => {
    const { fields } = draftFromFacts('v8.onnx', YOLO_8);
    expect(fields).toMatchObject({
      outputKind: 'yolo',
      order: 'columns',
      hasObjectness: false,
      normalisation: 'range-1',
      classPreset: 'coco-80',
    });
  });

  it('finds the boxes of two outputs whichever comes first', () => {
    const facts = factsOf([1, 3, 512, 512], [1, 900, 2], [1, 900, 4]);
    expect(draftFromFacts('omz.onnx', facts).fields).toMatchObject({
      outputKind: 'boxes-scores',
      outputName: 'out1',
      scoresName: 'out0',
      ownClasses: 'class 0\nclass 1',
    });
  });

  it('reads strides and bins of NanoDet from its outputs', () => {
    const facts = factsOf([1, 3, 416, 416], [1, 112, 52, 52], [1, 112, 26, 26], [1, 112, 13, 13]);
    expect(draftFromFacts('nano.onnx', facts).fields).toMatchObject({
      outputKind: 'nanodet-dfl',
      strides: '8, 16, 32',
      binCount: 8,
    });
  });

  it('takes one vector for an embedding', () => {
    const { fields } = draftFromFacts('reid.onnx', EMBEDDER);
    expect(fields).toMatchObject({ task: 'embed', outputKind: 'embedding', dimension: 512 });
  });

  it('sees channels that come last, and a size that is free', () => {
    const facts = factsOf([1, null, null, 3], [1, null, 85]);
    expect(draftFromFacts('free.onnx', facts).fields).toMatchObject({
      layout: 'NHWC',
      isFreeSize: true,
      order: 'rows',
    });
  });

  it('says what was expected where the input is no colour picture, or the outputs are like none it knows', () => {
    const grey = draftFromFacts('a.onnx', factsOf([1, 1, 64, 64], [1, 512]));
    expect(grey.cautions[0]).toContain('found images float32 [1, 1, 64, 64]');
    const odd = draftFromFacts('b.onnx', factsOf([1, 3, 64, 64], [5]));
    expect(odd.cautions[0]).toContain('out0 float32 [5]');
  });

  it('warns of a model that suppresses boxes itself', () => {
    const { cautions } = draftFromFacts('v10.onnx', factsOf([1, 3, 640, 640], [1, 300, 6]));
    expect(cautions.join()).toContain('suppress');
  });

  it('gives another kind of output the pixels it usually has, and keeps what the user wrote', () => {
    const changed = withOutputKind(filled(YOLOX, { title: 'Mine' }), 'yolo', YOLOX);
    expect(changed).toMatchObject({ title: 'Mine', normalisation: 'range-1', channelOrder: 'RGB' });
  });
});

describe('draftFromFields', () => {
  it('makes the draft the runtime takes', () => {
    const reading = draftFromFields(filled(YOLOX), YOLOX);
    expect(reading).toMatchObject({
      isComplete: true,
      draft: {
        title: 'some',
        task: 'detect',
        licence: 'MIT',
        trainedOn: 'Not known',
        input: { name: 'images', size: { widthPx: 416, heightPx: 416 }, padValue: 114 },
        output: { type: 'yolox', name: 'out0', strides: [8, 16, 32] },
      },
    });
  });

  it('says next to which field what is wrong, all at once', () => {
    const errors = errorsOf(YOLOX, { title: ' ', widthPx: null, strides: '8, x' });
    expect(Object.keys(errors).sort()).toEqual(['strides', 'title', 'widthPx']);
  });

  it('holds the list of classes against the output', () => {
    expect(errorsOf(YOLOX, { classPreset: 'app' })['classPreset']).toBe(
      'The output has 80 classes, this list has 4.',
    );
    const twoClasses = factsOf([1, 3, 512, 512], [1, 900, 4], [1, 900, 2]);
    const change = { ownClasses: 'vehicle = car\nbackground' };
    expect(errorsOf(twoClasses, change)).toEqual({});
    expect(errorsOf(twoClasses, { ownClasses: 'person\nbackground' })['ownClasses']).toContain(
      'at least one',
    );
  });

  it('holds the dimension against the output', () => {
    expect(errorsOf(EMBEDDER, { dimension: 256 })['dimension']).toContain('has 512 values');
  });

  it('refuses a deviation of nought', () => {
    const change = { normalisation: 'custom', mean: '0 0 0', std: '1, 0, 1' } as const;
    expect(errorsOf(YOLOX, change)['std']).toContain('divided');
  });

  it('refuses one output for boxes and scores', () => {
    const facts = factsOf([1, 3, 512, 512], [1, 900, 4], [1, 900, 80]);
    expect(errorsOf(facts, { scoresName: 'out0' })).toHaveProperty('scoresName');
  });
});

describe('scaleOf', () => {
  it('turns ImageNet’s figures round for models that want blue first', () => {
    expect(scaleOf('imagenet', 'RGB').mean).toEqual([123.675, 116.28, 103.53]);
    expect(scaleOf('imagenet', 'BGR').mean).toEqual([103.53, 116.28, 123.675]);
  });
});

describe('classesOf', () => {
  it('knows the vehicles of COCO', () => {
    expect(classesText(classesOf('coco-80', ''))).toBe(
      '80 classes; followed: car (2), motorcycle (3), bus (5), truck (7)',
    );
  });

  it('reads one class a line, and what another is to count as', () => {
    expect(classesOf('own', 'Car\nperson\nvan = truck\n\n')).toEqual(['car', null, 'truck']);
  });
});

describe('ModelImport', () => {
  const file = new File(['x'], 'yolox.onnx');
  // Node has no pictures; the fake only asks for the size.
  const picture = { width: 640, height: 360, close: () => undefined } as ImageBitmap;

  async function tried(shelf: FakeShelf): Promise<ModelImport> {
    const importing = new ModelImport(shelf);
    importing.open();
    await importing.inspect(file);
    importing.fields.licence = 'Apache-2.0';
    importing.takePicture(picture);
    await importing.tryOut();
    return importing;
  }

  it('adds a model once it has answered for a picture, and not before', async () => {
    const shelf = new FakeShelf();
    const importing = new ModelImport(shelf);
    await importing.inspect(file);
    expect(await importing.add()).toBeNull();
    const ready = await tried(shelf);
    expect(ready.isTried).toBe(true);
    expect(await ready.add()).toMatchObject({ title: 'yolox' });
    expect(ready.isOpen).toBe(false);
    expect(shelf.calls.filter((call) => call.startsWith('add'))).toEqual(['add yolox.onnx']);
  });

  it('wants another trial when the form was changed since', async () => {
    const importing = await tried(new FakeShelf());
    importing.fields.channelOrder = 'RGB';
    expect(importing.isTried).toBe(false);
  });

  it('keeps what was expected and found when the runtime refuses, and the form', async () => {
    const shelf = new FakeShelf();
    const importing = await tried(shelf);
    const message = 'Expected [1, 3549, 85], found [1, 8400, 84]';
    shelf.nextError = { code: 'MODEL_INCOMPATIBLE', message };
    await importing.tryOut();
    expect(importing.error).toEqual({ code: 'MODEL_INCOMPATIBLE', message });
    expect(importing.step).toBe('form');
  });

  it('goes back to the choice of a file when reading is cancelled, without an error', async () => {
    const shelf = new FakeShelf();
    shelf.isEndless = true;
    const importing = new ModelImport(shelf);
    const reading = importing.inspect(file);
    importing.cancel();
    expect(await reading).toBe(false);
    expect(importing.step).toBe('choosing');
    expect(importing.error).toBeNull();
  });
});
