import { describe, expect, it } from 'vitest';
import { StreetStage } from '../../../../src/street/street-stage';

describe('the street stage', () => {
  it('says that it needs VideoFrame, which Node has as little as some browsers in a worker', async () => {
    const opening = new StreetStage().open({ seed: 1, weather: 'sun', quality: null });
    await expect(opening).rejects.toMatchObject({
      code: 'STREET_UNAVAILABLE',
      message: 'Expected VideoFrame in a worker, found none',
    });
  });
});
