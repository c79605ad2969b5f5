/** A place on the device for what was said once; `localStorage` where it is allowed. */
export interface NoteMemory {
  has(key: string): boolean;
  add(key: string): void;
}

/** Remembers on this device, or not at all. */
export const localMemory: NoteMemory = {
  has: (key) => {
    try {
      return localStorage.getItem(key) !== null;
    } catch {
      return false; // denied: whoever asks knows what was said in this visit
    }
  },
  add: (key) => {
    try {
      localStorage.setItem(key, 'said');
    } catch {
      // Denied or full: said again at the next visit.
    }
  },
};
