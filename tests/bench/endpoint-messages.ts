/** What the process of the readers is to do. */
export interface ReadersTask {
  readonly url: string;
  /** One for each reader; several may share one. */
  readonly tokens: readonly string[];
  readonly publisherToken: string;
  readonly eventsPerS: number;
}

/** What the readers saw, after they were told to stop. Delays are from just before an event is sent until a reader has parsed it. */
export interface ReadersReport {
  readonly eventCount: number;
  /** Numbers that readers did not get, or got twice, or out of order. */
  readonly lostEvents: number;
  /** Streams that the endpoint ended. */
  readonly cutCount: number;
  readonly eventP50Ms: number;
  readonly eventP95Ms: number;
  readonly eventMaxMs: number;
}
