/** Between a test and its workers. */
export const FAKE_ENDPOINT_CHANNEL = 'test-fake-endpoint';

/** What a test tells the workers that run. */
export interface FakeEndpointOrder {
  /** Matches `METHOD path`: such requests are answered in this way. */
  readonly pattern?: RegExp;
  /** `hold`: never; `unreachable`: as without a network; `die`: the worker ends without a word. */
  readonly answer?: 'hold' | 'unreachable' | 'die' | 401;
}

/** What workers tell. `body`: of what was kept. */
export interface FakeEndpointNews {
  readonly request: string;
  readonly body: ArrayBuffer | null;
}
