import { similarityText } from '../../sinks/overlay/label-text';
import type { LiveSight } from '../state/live-views';

/** What the tour points at, in its order. */
export const TOUR_STEPS = ['box', 'number', 'list', 'again'] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** A card of the tour in words. */
export interface TourText {
  readonly title: string;
  readonly text: string;
}

/** What is said at a step about the vehicle that it points at. */
export function stepText(step: TourStep, { identity, cameraLabel }: LiveSight): TourText {
  if (step === 'box') {
    return {
      title: 'Every vehicle is found and followed',
      text: 'The box stays with it as long as it is in view.',
    };
  }
  if (step === 'number') {
    const number = identity?.decision.vehicleNumber;
    return {
      title: `It gets a number${number === undefined ? '' : `: ${number}`}`,
      text: 'It keeps it when it comes back, be it days later.',
    };
  }
  if (step === 'list') {
    return {
      title: 'Everything seen is kept here',
      text: 'On this device, and nowhere else. Press a row to see its pictures.',
    };
  }
  return { title: 'Seen again', text: againText(identity, cameraLabel) };
}

/** What is said while no vehicle has been recognised yet, and is about to be. */
export const WAITING_TEXT: TourText = {
  title: 'Now the other camera',
  text: 'The same vehicles pass the second camera next. Watch for heavy corners.',
};

/** Why the tour ends at a step that did not come; the list is only ever out of sight. */
export const MISSED_TEXTS: Readonly<Record<Exclude<TourStep, 'list'>, TourText>> = {
  box: {
    title: 'No vehicle has come by yet',
    text: 'Traffic comes and goes: each vehicle gets a box when it is in view.',
  },
  number: {
    title: 'No vehicle has a number yet',
    text: 'It takes a picture that is large and sharp enough to compare. Those nearby get one first.',
  },
  again: {
    title: 'No vehicle has been recognised yet',
    text: 'It happens when one passes the second camera and resembles itself enough. It then gets heavy corners, and its row says “Seen again”.',
  },
};

function againText(identity: LiveSight['identity'], cameraLabel: string | null): string {
  const here = cameraLabel ?? 'This camera';
  const there = identity?.lastSeenLabel ?? 'an earlier sighting';
  const similarity = identity?.decision.similarity ?? null;
  const tail = similarity === null ? '' : `, similarity ${similarityText(similarity)}`;
  return `${here} knows it from ${there}${tail}.`;
}
