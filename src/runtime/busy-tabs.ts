const CHANNEL_NAME = 'resight-busy-tabs';

/** A tab that analyses answers within a task or two; a frozen tab does not analyse. */
const ANSWER_WAIT_MS = 400;

type Message = { readonly type: 'who-is-busy' } | { readonly type: 'busy' };

/** Asks the other tabs of the app whether analysis runs there, and answers them. */
export class BusyTabs {
  readonly #isBusy: () => boolean;

  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  /** From now on answers other tabs, as long as the page lives. */
  listen(): void {
    const channel = new BroadcastChannel(CHANNEL_NAME);
    channel.onmessage = ({ data }) => {
      const message = data as Message; // only this class writes to the channel
      if (message.type === 'who-is-busy' && this.#isBusy()) post(channel, { type: 'busy' });
    };
  }

  /** True as soon as another tab says it is busy; false when none did in time. */
  isAnyOtherBusy(): Promise<boolean> {
    return new Promise((resolve) => {
      // A second channel of the same page: this page's own `listen` hears it too, so ask only when idle.
      const channel = new BroadcastChannel(CHANNEL_NAME);
      const finish = (isBusy: boolean): void => {
        clearTimeout(timer);
        channel.close();
        resolve(isBusy);
      };
      const timer = setTimeout(() => finish(false), ANSWER_WAIT_MS);
      channel.onmessage = ({ data }) => {
        const message = data as Message; // only this class writes to the channel
        if (message.type === 'busy') finish(true);
      };
      post(channel, { type: 'who-is-busy' });
    });
  }
}

function post(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message);
}
