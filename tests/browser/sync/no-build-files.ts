/* What workbox-build writes into the service worker. Imported before its own code. */
Object.assign(globalThis, { __WB_MANIFEST: [] });
