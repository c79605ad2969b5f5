/** Tasks of over 50 ms on the page's thread, as the browser's own observer reports them; durations in milliseconds. */
export function observeLongTasks(): { stop(): readonly number[] } {
  const durations: number[] = [];
  const note = (entries: PerformanceEntryList): void => {
    for (const { duration } of entries) durations.push(duration);
  };
  const observer = new PerformanceObserver((list) => {
    note(list.getEntries());
  });
  observer.observe({ entryTypes: ['longtask'] });
  return {
    stop: () => {
      note(observer.takeRecords());
      observer.disconnect();
      return durations;
    },
  };
}
