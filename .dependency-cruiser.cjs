// Who may import whom (docs/ARCHITECTURE.md, "The house"). Run by `npm run rules`.
const only = (name, comment, folder, packages) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(functions|agent|shared|dashboard)/', pathNot: `${folder}|\\.(test|fixture)\\.ts$` },
  to: { path: `node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shared-knows-nobody',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|agent|dashboard|infra|tests)/' },
    },
    {
      name: 'functions-not-agent',
      severity: 'error',
      from: { path: '^functions/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(agent|dashboard|infra|tests)/' },
    },
    {
      name: 'agent-not-functions',
      severity: 'error',
      from: { path: '^agent/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(functions|dashboard|infra|tests)/' },
    },
    {
      name: 'stand-ins-know-only-shared',
      comment: 'A stand-in imitates the outside world; it must not share code with what it is used to test.',
      severity: 'error',
      from: {
        path: '^infra/local/(servicebus|sqlserver|portal|importer|functions-host|storage|smtp)/',
        pathNot: '\\.(test|fixture)\\.ts$',
      },
      to: { path: '^(functions|agent|dashboard)/' },
    },
    {
      name: 'flows-use-ports',
      severity: 'error',
      from: { path: '^functions/flows/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^functions/(api|cycle)/|node_modules/@azure/' },
    },
    {
      name: 'ledger-below-flows',
      severity: 'error',
      from: { path: '^functions/(ledger|portal|relay|notify)/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^functions/(api|cycle|flows)/' },
    },
    only('axios-in-portal', 'Only functions/portal talks to the portal.', '^functions/portal/', 'axios'),
    only('mssql-in-sage', 'Only agent/sage talks to SQL Server.', '^agent/sage/', 'mssql|tedious'),
    only(
      'service-bus-in-relay',
      'Only the two relay folders use the bus.',
      '^(functions|agent)/relay/',
      '@azure/service-bus',
    ),
    only(
      'storage-in-ledger',
      'Only the ledger and the claim check use Azure Storage.',
      '^functions/ledger/|^(functions|agent)/relay/claim-check',
      '@azure/(data-tables|storage-blob)',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
