/** States of a supplier: from the portal's approval to the vendor in Sage. */
import type { StateTable } from './state-table.ts';

export const supplierStates = {
  discovered: {
    bucket: 'pending',
    done: false,
    turn: 'ours',
    reasons: {},
    next: ['delivering', 'registered', 'blocked', 'failed', 'closed'],
  },
  delivering: {
    bucket: 'pending',
    done: false,
    turn: 'ours',
    reasons: {},
    next: ['delivered', 'registered', 'blocked', 'failed', 'uncertain'],
  },
  delivered: {
    bucket: 'pending',
    done: false,
    turn: 'ours',
    reasons: {},
    next: ['registered', 'delivering', 'blocked', 'failed', 'uncertain'],
  },
  registered: { bucket: 'done', done: true, turn: 'nobody', reasons: {}, next: ['delivering', 'discovered'] },
  blocked: {
    bucket: 'blocked',
    done: false,
    turn: 'supplier',
    reasons: {
      no_rfc: 'supplier',
      no_name: 'supplier',
      duplicate_external_id: 'operator',
      rejected_by_importer: 'operator',
      company_unknown: 'operator',
      refused_by_agent: 'operator',
    },
    next: ['discovered', 'delivering', 'registered', 'closed'],
  },
  failed: {
    bucket: 'failed',
    done: false,
    turn: 'ours',
    reasons: {
      agent_away: 'ours',
      sage_unavailable: 'ours',
      inbox_unavailable: 'operator',
      disk_full: 'operator',
      importer_failed: 'ours',
      importer_did_nothing: 'ours',
    },
    next: ['delivering', 'delivered', 'registered', 'blocked', 'uncertain', 'closed'],
  },
  uncertain: {
    bucket: 'uncertain',
    done: false,
    turn: 'ours',
    reasons: { delivery_uncertain: 'ours', import_unconfirmed: 'operator' },
    next: ['delivering', 'delivered', 'registered', 'blocked', 'failed', 'closed'],
  },
  closed: {
    bucket: 'done',
    done: false,
    turn: 'nobody',
    reasons: { disabled_in_portal: 'nobody', not_accepted_any_more: 'nobody' },
    next: ['discovered', 'registered'],
  },
} as const satisfies StateTable;
