import { beforeEach, describe, expect, it } from 'vitest';
import type { SourceEvent, SourcePace } from '../../../src/contracts/source';
import { CameraGroup } from '../../../src/sources/camera-group';
import { FakeCamera, FakePictures, takeFrames, type FakeCameraPlan } from './fake-cameras';

let pictures: FakePictures;
let signal: AbortSignal;

beforeEach(() => {
  pictures = new FakePictures();
  signal = new AbortController().signal;
});

function groupOf(...plans: readonly FakeCameraPlan[]): {
  group: CameraGroup;
  cameras: readonly FakeCamera[];
} {
  const cameras = plans.map((plan) => new FakeCamera(plan, pictures));
  return { group: new CameraGroup('Both', cameras), cameras };
}

describe('a group of cameras', () => {
  it('tells of all cameras, and of the first one as itself', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [], durationUs: 300 },
      { cameraId: 'b', timesUs: [], durationUs: 500 },
    );
    const info = await group.open(signal);
    expect(info.label).toBe('Both');
    expect(info.cameraId).toBe('a');
    expect(info.cameras.map(({ cameraId }) => cameraId)).toEqual(['a', 'b']);
    expect(info.durationUs).toBe(500);
    expect(group.feed()).toMatchObject({ type: 'pull', isMadeOnDemand: true });
  });

  it('refuses sources of different pace, and none at all', () => {
    expect(() =>
      groupOf({ cameraId: 'a', timesUs: [] }, { cameraId: 'b', timesUs: [], pace: 'live' }),
    ).toThrow(RangeError);
    expect(() => new CameraGroup('None', [])).toThrow(RangeError);
  });

  it('refuses live cameras whose pictures come by themselves, and takes such recordings', async () => {
    const open = async (pace: SourcePace): Promise<CameraGroup> => {
      const { group } = groupOf(
        { cameraId: 'a', timesUs: [0], pace },
        { cameraId: 'b', timesUs: [5], pace, isMadeOnDemand: false },
      );
      await group.open(signal);
      return group;
    };
    const live = await open('live');
    expect(() => live.feed()).toThrow(TypeError);
    const offline = await open('offline');
    expect(await takeFrames(offline.feed())).toHaveLength(2);
  });

  it('sums what its cameras count', () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [], droppedCount: 2, deliveredCount: 5 },
      { cameraId: 'b', timesUs: [], droppedCount: 3, deliveredCount: 6 },
    );
    expect([group.droppedCount, group.deliveredCount, group.decodeMsTotal]).toEqual([5, 11, 6]);
    const partly = groupOf(
      { cameraId: 'a', timesUs: [], deliveredCount: 5 },
      { cameraId: 'b', timesUs: [], deliveredCount: null },
    ).group;
    expect(partly.deliveredCount).toBeNull();
  });

  it('hands out recordings in order of time, and goes on with the longer one', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [0, 100, 200, 300, 400] },
      { cameraId: 'b', timesUs: [50, 150] },
    );
    await group.open(signal);
    expect(await takeFrames(group.feed())).toEqual([
      ['a', 0],
      ['b', 50],
      ['a', 100],
      ['b', 150],
      ['a', 200],
      ['a', 300],
      ['a', 400],
    ]);
    expect(pictures.openCount).toBe(0);
  });

  it('keeps times apart where two cameras have the same', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [0, 100] },
      { cameraId: 'b', timesUs: [0, 100] },
    );
    await group.open(signal);
    const times = (await takeFrames(group.feed())).map(([, timeUs]) => timeUs);
    expect(times).toEqual([0, 1, 100, 101]);
  });

  it('asks live cameras in turn, and never ahead', async () => {
    const { group, cameras } = groupOf(
      { cameraId: 'a', timesUs: [0, 10, 20, 30], pace: 'live' },
      { cameraId: 'b', timesUs: [5, 15, 25, 35], pace: 'live' },
    );
    await group.open(signal);
    const taken = await takeFrames(group.feed(), 3);
    expect(taken.map(([cameraId]) => cameraId)).toEqual(['a', 'b', 'a']);
    expect(cameras.map(({ askedCount }) => askedCount)).toEqual([2, 1]);
  });

  it('ends when a live camera ends, and tells that it is lost', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [0, 10, 20], pace: 'live' },
      { cameraId: 'b', timesUs: [5], pace: 'live' },
    );
    const events: SourceEvent[] = [];
    group.onEvent((event) => events.push(event));
    await group.open(signal);
    expect(await takeFrames(group.feed())).toHaveLength(3);
    expect(events).toMatchObject([{ type: 'lost' }]);
  });

  it('passes on what its cameras tell, and a loss once only', async () => {
    const { group, cameras } = groupOf(
      { cameraId: 'a', timesUs: [], pace: 'live' },
      { cameraId: 'b', timesUs: [], pace: 'live' },
    );
    const events: SourceEvent[] = [];
    group.onEvent((event) => events.push(event));
    await group.open(signal);
    cameras[1]?.emit({ type: 'muted' });
    cameras[0]?.emit({ type: 'lost', reason: 'unplugged' });
    await takeFrames(group.feed());
    expect(events).toEqual([{ type: 'muted' }, { type: 'lost', reason: 'unplugged' }]);
  });

  it('fails as a camera fails, and leaves no frame of the other open', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [0], feedError: new TypeError('cut off') },
      { cameraId: 'b', timesUs: [50, 150] },
    );
    await group.open(signal);
    await expect(takeFrames(group.feed())).rejects.toThrow('cut off');
    expect(pictures.madeCount).toBe(2);
    expect(pictures.openCount).toBe(0);
  });

  it('closes the others when one cannot be opened', async () => {
    const { group, cameras } = groupOf(
      { cameraId: 'a', timesUs: [] },
      { cameraId: 'b', timesUs: [], openError: new TypeError('no device') },
    );
    await expect(group.open(signal)).rejects.toThrow('no device');
    expect(cameras.every(({ closeCount }) => closeCount > 0)).toBe(true);
  });

  it('closes the picture it holds when its reader walks away', async () => {
    const { group } = groupOf(
      { cameraId: 'a', timesUs: [0, 100] },
      { cameraId: 'b', timesUs: [50, 150] },
    );
    await group.open(signal);
    await takeFrames(group.feed(), 1);
    expect(pictures.madeCount).toBe(2);
    expect(pictures.openCount).toBe(0);
  });

  it('ends its feed when it is closed in the middle, without telling of a loss', async () => {
    for (const pace of ['offline', 'live'] as const) {
      const { group } = groupOf(
        { cameraId: 'a', timesUs: [0, 100, 200], pace },
        { cameraId: 'b', timesUs: [50, 150, 250], pace },
      );
      const events: SourceEvent[] = [];
      group.onEvent((event) => events.push(event));
      await group.open(signal);
      const feed = group.feed();
      if (feed.type !== 'pull') throw new TypeError('Expected a pulled feed');
      let count = 0;
      for await (const { image } of feed.frames()) {
        image.close();
        count += 1;
        await group.close();
      }
      expect(count).toBe(1);
      expect(events).toEqual([]);
      expect(pictures.openCount).toBe(0);
    }
  });
});
