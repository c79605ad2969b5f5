import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from '../../../src/runtime/backend-memory';
import { readSettings, writeSettings } from '../../../src/runtime/settings';

class MapStorage implements KeyValueStore {
  readonly map = new Map<string, string>();
  get(key: string): string | null {
    return this.map.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.map.set(key, value);
  }
  remove(key: string): void {
    this.map.delete(key);
  }
}

const refusing: KeyValueStore = {
  get: () => {
    throw new DOMException('denied', 'SecurityError');
  },
  set: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
  remove: () => undefined,
};

describe('settings', () => {
  it('come back as they were written', () => {
    const storage = new MapStorage();
    const changed = { ...readSettings(storage), scoreThreshold: 0.5, classes: ['bus'] as const };
    writeSettings(storage, changed);
    expect(readSettings(storage)).toEqual(changed);
  });

  it('keep every good part when one part is damaged', () => {
    const storage = new MapStorage();
    const defaults = readSettings(storage);
    writeSettings(storage, { ...defaults, theme: 'dark' });
    const [key] = [...storage.map.keys()];
    const stored = JSON.parse(storage.map.get(key ?? '') ?? '{}') as Record<string, unknown>;
    storage.map.set(key ?? '', JSON.stringify({ ...stored, scoreThreshold: 7, camera: 'front' }));
    const settings = readSettings(storage);
    expect(settings.theme).toBe('dark');
    expect(settings.scoreThreshold).toBe(defaults.scoreThreshold);
    expect(settings.camera).toEqual(defaults.camera);
  });

  it.each(['', 'not json', 'null', '[]', '42'])('fall back to defaults for stored %j', (text) => {
    const storage = new MapStorage();
    const defaults = readSettings(storage);
    storage.map.set('resight.settings', text);
    expect(readSettings(storage)).toEqual(defaults);
  });

  it('work without storage', () => {
    const settings = readSettings(refusing);
    expect(settings.classes).toContain('car');
    expect(() => {
      writeSettings(refusing, settings);
    }).not.toThrow();
  });
});
