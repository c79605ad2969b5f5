import { FakeSource } from '../../fixtures/fake-source';
import { describeSourceContract } from './source-contract';

describeSourceContract('a fake that is pulled', () => Promise.resolve(new FakeSource()));
describeSourceContract('a fake that streams', () =>
  Promise.resolve(new FakeSource({ feedType: 'stream', pace: 'live' })),
);
