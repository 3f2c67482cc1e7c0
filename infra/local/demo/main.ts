/** Writes a demo scenario: `node infra/local/demo/main.ts DIR [--seed S] [--now ISO] [--suppliers N] [--cfdis N] [--history N] [--plain]`. */
import { parseArgs } from 'node:util';
import { writeScenario } from './company.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    now: { type: 'string' },
    suppliers: { type: 'string' },
    cfdis: { type: 'string' },
    history: { type: 'string' },
    /** Nothing unusual: every CFDI is payable and none is in Sage. */
    plain: { type: 'boolean', default: false },
  },
});

function count(name: 'suppliers' | 'cfdis' | 'history'): Record<string, number> {
  const text = values[name];
  if (text === undefined) return {};
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: "${text}" is not a whole number`);
  return { [name]: Number(text) };
}

const [dir] = positionals;
if (dir === undefined || positionals.length > 1) {
  console.error('usage: node infra/local/demo/main.ts DIR [options]');
  process.exitCode = 1;
} else {
  const demo = writeScenario(dir, {
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.now === undefined ? {} : { now: values.now }),
    ...count('suppliers'),
    ...count('cfdis'),
    ...count('history'),
    unusual: !values.plain,
  });
  for (const { company, suppliers, documents, history } of demo.tenants) {
    console.log(
      `${company.database}: ${suppliers.length} suppliers, ${documents.length} CFDIs, ${history.length} of history`,
    );
  }
}
