// Who may import whom. Read by `npm run lint` and `npm test`; it says nothing about style.

// Lowest first: a layer may import itself and the layers named before it, none named after it.
// A new folder of core gets its place in this list.
const coreLayers = [
  ['contracts and errors', '^packages/core/src/(contracts|errors|failure|process-errors|stats)\\.ts$'],
  ['values', '^packages/core/src/values/'],
  ['params', '^packages/core/src/params/'],
  ['files', '^packages/core/src/files/'],
  ['http', '^packages/core/src/http/'],
  ['term', '^packages/core/src/term/'],
  ['compose', '^packages/core/src/compose/'],
  ['graph', '^packages/core/src/graph/'],
  ['plan', '^packages/core/src/plan/'],
  ['engine', '^packages/core/src/engine/'],
  ['run', '^packages/core/src/run/'],
  ['testing and index', '^packages/core/src/(testing/|index\\.ts$)'],
]

// Tests may look anywhere inside their own package and at test tools.
const tests = '\\.(test|test-d|case)\\.ts$|/test/'

const layerRules = coreLayers.slice(0, -1).map(([name, path], i) => ({
  name: `core-layer-${name.replaceAll(' ', '-')}`,
  comment: `In core, "${name}" is lower than: ${coreLayers
    .slice(i + 1)
    .map(([higher]) => higher)
    .join(', ')}.`,
  severity: 'error',
  from: { path, pathNot: tests },
  to: { path: coreLayers.slice(i + 1).map(([, higher]) => higher) },
}))

const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

export default {
  forbidden: [
    never(
      'no-cycles',
      'A cycle of files has no reading order, not even one of types. But `Term` and the types of its ports name each other.',
      { pathNot: '^packages/core/src/term/(term|types)\\.ts$' },
      { circular: true },
    ),
    never(
      'core-stands-alone',
      'core imports no other workspace package.',
      { path: '^packages/core/' },
      { path: '^packages/(?!core/)|^(examples|bench)/' },
    ),
    never(
      'core-dependencies',
      'core depends on eventemitter3 only.',
      { path: '^packages/core/src/', pathNot: tests },
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: 'node_modules/eventemitter3/|^packages/',
      },
    ),
    never(
      'core-without-threads',
      'core starts no thread and no process: that is the schedulers’ work.',
      { path: '^packages/core/src/', pathNot: tests },
      { path: '^(node:)?(worker_threads|child_process|cluster)$' },
    ),
    never(
      'scheduler-imports-core-only',
      'A worker reaches the terms through the user’s module.',
      { path: '^packages/scheduler/' },
      { path: '^packages/(?!core/|scheduler/)|^(examples|bench)/' },
    ),
    never(
      'terms-import-core-only',
      'Terms know nothing of where they run.',
      { path: '^packages/terms/' },
      { path: '^packages/(?!core/|terms/)|^(examples|bench)/' },
    ),
    never(
      'cluster-imports-core-only',
      'A host reaches the terms through the user’s module.',
      { path: '^packages/cluster/', pathNot: tests },
      { path: '^packages/(?!core/|cluster/)|^(examples|bench)/' },
    ),
    never(
      'connect-imports-core-only',
      'A connector is a term: it knows nothing of where it runs.',
      { path: '^packages/connect/', pathNot: tests },
      { path: '^packages/(?!core/|connect/)|^(examples|bench)/' },
    ),
    never(
      'connectors-stand-alone',
      'Each system is an entry of its own: using one must not load the client of another.',
      {
        path: '^packages/connect/src/([^/]+)/',
        pathNot: `${tests}|^packages/connect/src/support/`,
      },
      { path: '^packages/connect/src/(?!$1/|support/|errors\\.ts$)' },
    ),
    never(
      'ui-imports-core-only',
      'The page knows a run by its handle and its figures.',
      { path: '^packages/ui/' },
      { path: '^packages/(?!core/|ui/)|^(examples|bench)/' },
    ),
    never(
      'page-runs-in-a-browser',
      'The page shares the model with the server, and nothing that needs Node.',
      { path: '^packages/ui/(page|src/model)/', pathNot: tests },
      { path: '^node:|^packages/ui/src/(?!model/)' },
    ),
    never(
      'nothing-imports-examples-or-bench',
      'Examples and benchmarks are users of the packages.',
      { path: '^packages/' },
      { path: '^(examples|bench)/' },
    ),
    never(
      'other-packages-by-name',
      'Packages reach one another through their exports, never by a relative path.',
      { path: '^packages/([^/]+)/' },
      // tests of the documentation look for the servers where those of connectors do
      {
        path: '^packages/(?!$1/)',
        pathNot: '^packages/connect/test/service[.]ts$',
        dependencyTypesNot: ['aliased'],
      },
    ),
    never(
      'users-import-millrace',
      'examples and bench import millrace the way a user would.',
      { path: '^(examples|bench)/' },
      { path: '^packages/(cluster|connect|core|scheduler|terms|ui)/' },
    ),
    never(
      'users-import-millrace-by-name',
      'examples and bench import millrace the way a user would.',
      { path: '^(examples|bench)/' },
      { path: '^packages/', dependencyTypesNot: ['aliased'] },
    ),
    never(
      'sources-import-no-tests',
      'What is published never imports what is not.',
      { path: '^packages/[^/]+/src/', pathNot: tests },
      { path: tests },
    ),
    never(
      'declared-dependencies',
      'A published source imports only what its package.json declares, but for what the bundle takes in.',
      { path: '^packages/[^/]+/src/', pathNot: tests },
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        // the clients of connectors, which are there for the tests as well
        dependencyTypesNot: ['npm-peer'],
        pathNot: 'node_modules/(@dagrejs/dagre|minimatch)/',
      },
    ),
    never('resolvable', 'The import leads nowhere.', {}, { couldNotResolve: true }),
    ...layerRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/|^bench/results/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
