/** Outlines on a 24 by 24 grid, drawn with a round 1.8 line. */
export const ICON_PATHS = {
  camera:
    'M4 8.5A2.5 2.5 0 0 1 6.5 6h7A2.5 2.5 0 0 1 16 8.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 4 15.5zM16 11l4.5-3v8L16 13',
  video: 'M5 4h9l5 5v11H5zM14 4v5h5M10 12.2v4.6l4-2.3z',
  pause: 'M8.5 6v12M15.5 6v12',
  play: 'M8 5.5v13l10.5-6.5z',
  stop: 'M7 7h10v10H7z',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2 1-1.2 1.9M12 16.8v.1',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  close: 'M6 6l12 12M18 6L6 18',
  gauge: 'M4 17a8.5 8.5 0 1 1 16 0M12 15l4-5M12 15.1v-.1',
  layers: 'M12 4l8.5 4.5L12 13 3.5 8.5zM3.5 13L12 17.5 20.5 13',
  torch: 'M8 3h8v4l-2 3v11h-4V10L8 7zM8 7h8M12 13v2',
  back: 'M14.5 6L8.5 12l6 6',
  next: 'M9.5 6l6 6-6 6',
  again: 'M5 12a7 7 0 1 0 2.2-5.1M5 4.5V8h3.5',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
  warning: 'M12 4L2.8 19.5h18.4zM12 10v4.5M12 17.2v.1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  models: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  stepBack: 'M16 6L9 12l7 6zM6 6v12',
  stepOn: 'M8 6l7 6-7 6zM18 6v12',
  skipBack: 'M19 6l-6 6 6 6M11 6l-6 6 6 6',
  skipOn: 'M5 6l6 6-6 6M13 6l6 6-6 6',
  loop: 'M17 3l3 3-3 3M4 12v-2a4 4 0 0 1 4-4h12M7 21l-3-3 3-3M20 12v2a4 4 0 0 1-4 4H4',
  more: 'M5.5 12v.1M12 12v.1M18.5 12v.1',
  sessions: 'M4 5.5h16v13H4zM8 5.5v13M16 5.5v13M4 12h4M16 12h4',
  gap: 'M4 12h4M16 12h4M11 8l-1.5 8M14.5 8L13 16',
} as const;

export type IconName = keyof typeof ICON_PATHS;
