/*
 * Which folder may know which. Data flows one way, and so do imports, types included:
 *
 *   contracts -> core -> inference -> stages -> workers
 *   contracts -> core -> street -> (workers)
 *   contracts -> core -> sources, storage, sinks -> runtime -> ui -> main.ts
 *   contracts -> core -> server
 *
 * Each comment is what the reader of a failure needs: why, and where the thing should go instead.
 * tests/unit/rules/dependency-rules.test.ts proves that every rule fires.
 *
 * .svelte files are compiled before they are read, and the compiler drops `import type`: for those,
 * eslint.config.js repeats the rules of src/ui.
 */

/** What may be imported from the folders of `src`, by folder: everything else of ours is forbidden. */
const ALLOWED = {
  contracts: [],
  core: ['contracts'],
  inference: ['contracts', 'core', 'kernels'],
  stages: ['contracts', 'core', 'inference', 'kernels'],
  sources: ['contracts', 'core'],
  street: ['contracts', 'core'],
  adaptation: ['contracts', 'core'],
  storage: ['contracts', 'core'],
  sinks: ['contracts', 'core'],
  runtime: ['contracts', 'core', 'sources', 'storage', 'sinks', 'models'],
  ui: ['contracts', 'core', 'runtime', 'sinks/overlay'],
  headless: ['contracts', 'core', 'runtime', 'stages', 'sinks'],
};

const REASONS = {
  contracts:
    'contracts are the vocabulary everyone shares: if they import anything of ours, everything depends on it.',
  core: 'core is pure and thread-neutral. A type both sides need belongs to contracts; I/O belongs to storage or runtime.',
  inference:
    'inference runs in workers and in tests without a page: it may not know where frames come from or where results go.',
  stages:
    'stages run in a worker or inline in a test: what they need from outside comes in through their constructor.',
  sources: 'a source only makes frames. What is done with them is for runtime to join up.',
  street:
    'the street is a world of its own: it draws pictures and knows what is true about them, not what is done with them.',
  adaptation:
    'learning from pairs needs vectors only; its large library stays in a worker of its own.',
  storage: 'storage only keeps and finds. It may not know who calls it.',
  sinks: 'a sink only takes results in. What feeds it is for runtime to join up.',
  runtime:
    'runtime joins the parts up and must work without any screen. Stages and inference live in workers: it talks to those.',
  ui: 'a screen talks to the controller in contracts/app.ts; stages, storage, inference and sources stay behind it.',
  headless:
    'a screen for programs: it talks to the controller like ui does, and benches single stages and sinks.',
};

const ours = (folders) =>
  folders.map((folder) => (folder === 'models' ? '^models/' : `^src/${folder}/`));

const folderRules = Object.entries(ALLOWED).map(([folder, allowed]) => ({
  name: `${folder}-knows-only-its-own`,
  comment: REASONS[folder],
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^(src|workers|server|models|tests)/', pathNot: ours([folder, ...allowed]) },
}));

/** A package that only some folders may use, because the rest goes through them. */
const ownedPackage = (name, packages, owners, comment) => ({
  name,
  comment,
  severity: 'error',
  // Tests, benches and model tools may look behind the curtain; the app may not.
  from: { path: '^(src|workers|server)/', pathNot: owners },
  to: { path: packages.map((one) => `(^|/)node_modules/${one}/`) },
});

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'models-knows-only-contracts',
      comment:
        'models/index.ts is a table of data for the app. The scripts in models/tools run at install, on Node; those in ' +
        'models/<id>/train make weights, with renderings of the street.',
      severity: 'error',
      from: { path: '^models/', pathNot: '^models/(tools|[^/]+/train)/' },
      to: { path: '^(src|workers|server|tests)/', pathNot: '^src/contracts/' },
    },
    {
      name: 'workers-build-stages-only',
      comment:
        'A worker entry builds stages and sinks and exposes them. What it needs from the page comes as data over its API. ' +
        'runtime/rpc-errors is the exception: both ends of a thread border must install it.',
      severity: 'error',
      from: { path: '^workers/' },
      to: {
        path: '^(src|workers|server|models|tests)/',
        // rpc-errors: both ends of a port must translate errors alike.
        pathNot:
          '^src/((contracts|core|inference|stages|storage|sinks|street|adaptation|kernels)/|runtime/rpc-errors[.]ts$)',
      },
    },
    {
      name: 'nobody-imports-a-worker',
      comment:
        'Importing a worker entry runs it on the wrong thread. Reach it by new Worker(new URL(...)). main.ts may import ' +
        'the address of one (`?worker&url`), which this tool cannot tell from the worker itself. A worker of a test may be ' +
        'one of the app with another surrounding: it is run on the right thread.',
      severity: 'error',
      from: { pathNot: ['^workers/', '^src/main\\.ts$', '^tests/browser/.+\\.worker\\.ts$'] },
      to: { path: '^workers/' },
    },
    {
      name: 'server-shares-only-contracts-and-core',
      comment: 'The server runs on Node, where the rest of src cannot.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(src|workers|models|tests)/', pathNot: '^src/(contracts|core)/' },
    },
    {
      name: 'endpoint-knows-only-shared-server-files',
      comment:
        'The endpoint runs for months on a machine of its own: what builds, drives browsers or serves the app alone stays out.',
      severity: 'error',
      from: { path: '^server/endpoint/' },
      to: {
        path: '^(server/|vite\\.config)',
        pathNot: '^server/(endpoint/|(arguments|build-app|security-headers|static-server)[.]ts$)',
      },
    },
    {
      name: 'nobody-imports-the-endpoint',
      comment:
        'The app and its plain server work without an endpoint. What both sides say to each other is in core/sync-api.',
      severity: 'error',
      from: { path: '^(src|workers|server|models)/', pathNot: '^server/endpoint/' },
      to: { path: '^server/endpoint/' },
    },
    {
      name: 'sinks-do-not-know-each-other',
      comment:
        'Overlay, recording, export and sync can each be removed without touching the others.',
      severity: 'error',
      from: { path: '^src/sinks/([^/]+)/' },
      to: { path: '^src/sinks/[^/]+/', pathNot: '^src/sinks/$1/' },
    },
    {
      name: 'nobody-imports-main',
      comment:
        'src/main.ts puts everything together and starts it: importing it would start the app a second time.',
      severity: 'error',
      from: {},
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'app-does-not-import-tests',
      comment: 'What the app needs is not a test. Move it to src.',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    ownedPackage(
      'onnxruntime-only-in-inference',
      ['onnxruntime-web', 'onnxruntime-common'],
      '^src/inference/',
      'One folder knows the runtime, so that it can be replaced and so that only the chosen binary is loaded.',
    ),
    ownedPackage(
      'idb-only-in-storage',
      ['idb'],
      '^src/storage/',
      'One folder opens the database: schema, migrations and key ranges stay together.',
    ),
    ownedPackage(
      'comlink-only-at-the-thread-border',
      ['comlink'],
      '^(src/runtime|workers)/',
      'Calls across threads go through runtime/worker-host, which rejects them when the worker dies.',
    ),
    ownedPackage(
      'demuxer-only-for-files',
      ['mediabunny'],
      '^src/(sources/(file|session-video/)|sinks/(record|export|import))',
      'Containers are read in sources/file and sources/session-video written in sinks/record and sinks/export, and copied in sinks/import, nowhere else.',
    ),
    ownedPackage(
      'three-only-in-street',
      ['three'],
      '^src/street/',
      'The renderer is larger than the rest of the app: only the street worker loads it.',
    ),
    ownedPackage(
      'tensorflow-only-in-adaptation',
      ['@tensorflow/[^/]+'],
      '^src/adaptation/',
      'It is larger than the rest of the app: only the adaptation worker loads it.',
    ),
    ownedPackage(
      'age-and-tus-only-in-sync',
      ['age-encryption', 'tus-js-client'],
      '^src/sinks/sync/',
      'What leaves the device is encrypted and sent in one folder, and by one worker: so one can tell what it is.',
    ),
    ownedPackage(
      'server-packages-only-in-endpoint',
      [
        'hono',
        '@hono/[^/]+',
        'hono-openapi',
        '@valibot/to-json-schema',
        '@tus/[^/]+',
        '@electric-sql/[^/]+',
        'pg',
        'rate-limiter-flexible',
        'pino',
        'prom-client',
      ],
      '^server/endpoint/',
      'A database and an HTTP framework belong to the endpoint; the app and its plain server work without.',
    ),
    ownedPackage(
      'workbox-only-around-the-service-worker',
      ['workbox-[^/]+'],
      '^(src/runtime/app-updates\\.ts|workers/service-worker\\.ts)$',
      'The service worker and the page that registers it are the only two who know workbox.',
    ),
    {
      name: 'svelte-only-in-ui',
      comment: 'The machinery works without a screen; only ui and main.ts know the framework.',
      severity: 'error',
      from: { path: '^(src|workers|server)/', pathNot: '^src/(ui/|main\\.ts$)' },
      to: { path: '(^|/)node_modules/svelte/' },
    },
    {
      name: 'browser-code-does-not-use-node',
      comment: 'src and workers run in a browser, which has none of the modules of Node.',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file. Move what both need to a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nobody imports this file and it imports nobody: remove it, or use it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.d\\.ts$', '(^|/)[^/]+\\.config\\.(js|cjs|ts)$', '^tests/', '^src/kernels/'],
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment:
        'The import leads nowhere: a misspelt path, or a package that is not in package.json.',
      severity: 'error',
      // A .wasm kernel is made by the build, `virtual:` modules by Vite; a make-*.ts script says what it needs by hand.
      from: { pathNot: ['^tests/rules/', '^tests/.*/make-[^/]+\\.ts$'] },
      to: { couldNotResolve: true, pathNot: ['\\.wasm', '^virtual:', '^vitest/browser$', '\\?'] },
    },
    {
      name: 'no-undeclared-package',
      comment:
        'Comes from someone else’s dependencies today and may be gone tomorrow: put it into package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^tests/\\.out/' },
    // Type-only imports count: a type is a dependency for the reader, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'svelte', 'types', 'default'],
      extensions: ['.ts', '.svelte.ts', '.js', '.mjs', '.cjs', '.svelte', '.json'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
