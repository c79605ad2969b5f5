import packageJson from '../../package.json' with { type: 'json' };

/** Of the app and the endpoint, which are released together. */
export const VERSION: string = packageJson.version;
