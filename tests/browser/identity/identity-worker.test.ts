import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { endWorkers, GalleryAtWork, spaceOf, V0 } from './gallery-at-work';

beforeAll(installErrorTransfer);
afterEach(endWorkers);

describe('the identity worker', () => {
  it('keeps vehicles over a restart and recognises one that returns', async () => {
    const first = await new GalleryAtWork().open();
    expect(await first.configure(V0)).toMatchObject({ space: spaceOf(V0), vehicleCount: 0 });
    await first.startRun(1_000_000);
    const outcome = await first.submit(1, '#b01818');
    expect(outcome?.trackDescriptor).toHaveLength(256);
    await first.submit(2, '#f0f0f0');
    await first.endRun([1, 2]);
    const list = await first.api.listVehicles({ offset: 0, count: 10 });
    expect(list.map(({ number }) => number).sort()).toEqual([1, 2]);
    const picture = await first.api.crop(list[0]?.cropId ?? '');
    expect(picture?.type).toBe('image/jpeg');
    expect((await first.api.timings()).embedCount).toBe(2);

    const second = await first.crash();
    expect(await second.configure(V0)).toMatchObject({ vehicleCount: 2 });
    expect(await second.visit('#b01818', 9_000_000)).toMatchObject({
      decision: { outcome: 'matched', vehicleNumber: 1 },
      lastSeenUnixMs: 1_004_000,
      lastSeenLabel: 'Gate',
    });
    const [returned] = await second.api.listVehicles({ offset: 0, count: 1 });
    expect(returned).toMatchObject({ number: 1, sightingCount: 2 });
  });

  it('forgets a vehicle and everything, and says so', async () => {
    const gallery = await new GalleryAtWork().open();
    await gallery.configure(V0);
    await gallery.visit('#b01818', 1_000_000);
    const [vehicle] = await gallery.api.listVehicles({ offset: 0, count: 1 });
    const report = await gallery.api.forgetVehicle(vehicle?.id ?? '');
    expect(report).toMatchObject({ vehicleCount: 1, sightingCount: 1, vectorCount: 1 });
    await gallery.visit('#b01818', 2_000_000);
    const [again] = await gallery.api.listVehicles({ offset: 0, count: 1 });
    expect(again).toMatchObject({ number: 2, sightingCount: 1 });
    expect(await gallery.api.deleteEverything()).toMatchObject({ vehicleCount: 1 });
    expect(await gallery.api.listVehicles({ offset: 0, count: 9 })).toEqual([]);
    await vi.waitFor(() => {
      expect(gallery.events.filter(({ type }) => type === 'gallery-changed')).toHaveLength(2);
    });
  });

  it('opens its gallery again when the browser cleared the site data, and goes on storing', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const gallery = await new GalleryAtWork(databaseName).open();
    await gallery.configure(V0);
    await gallery.visit('#b01818', 1_000_000);
    // What "clear site data" does to a page that is open.
    indexedDB.deleteDatabase(databaseName);
    await vi.waitFor(
      () => {
        const types = gallery.events.map(({ type }) => type);
        expect(types).toContain('storage-error');
        expect(types.at(-1)).toBe('storage-recovered');
      },
      { timeout: 10_000 },
    );
    expect(await gallery.api.listVehicles({ offset: 0, count: 9 })).toEqual([]);
    await gallery.visit('#b01818', 2_000_000);
    const [again] = await gallery.api.listVehicles({ offset: 0, count: 9 });
    expect(again).toMatchObject({ number: 2, sightingCount: 1 });
  });

  it('lets errors keep their code on the way to the page', async () => {
    const databaseName = `identity-${crypto.randomUUID()}`;
    const first = new GalleryAtWork(databaseName);
    await expect(first.api.listVehicles({ offset: 0, count: 1 })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    await first.open();
    await expect(first.startRun(0)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(await first.submit(1, '#b01818')).toBeNull();
    const second = new GalleryAtWork(databaseName);
    await expect(second.api.openGallery(databaseName)).rejects.toMatchObject({
      code: 'GALLERY_IN_USE',
    });
  });
});
