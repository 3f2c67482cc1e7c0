/** Everything that one running stand-in consists of; made once and handed to the HTTP side. */
import type { Clock } from '../../../shared/time/clock.ts';
import { type Contract, loadContract } from './contract/contract.ts';
import { Validator } from './contract/validate.ts';
import { FaultBook } from './faults/book.ts';
import { Links } from './http/links.ts';
import { Stats } from './http/stats.ts';
import type { Quirks } from './quirks.ts';
import { PortalState } from './state/state.ts';

export interface World {
  readonly contract: Contract;
  readonly validator: Validator;
  readonly state: PortalState;
  readonly faults: FaultBook;
  readonly links: Links;
  readonly stats: Stats;
  readonly clock: Clock;
  quirks: Quirks;
  /** Where faults of our own are told (a reply that breaks the contract); a test may collect them. */
  readonly complain: (message: string) => void;
}

export interface WorldOptions {
  readonly dataDir?: string | undefined;
  readonly clock: Clock;
  readonly quirks: Quirks;
  readonly linkSeconds: number;
  readonly complain: (message: string) => void;
}

let shared: { contract: Contract; validator: Validator } | undefined;

export function makeWorld(options: WorldOptions): World {
  // Reading the contract and compiling its schemas takes most of a second; the stand-ins of one process share them.
  shared ??= contractAndValidator();
  return {
    ...shared,
    state: new PortalState(options.dataDir),
    faults: new FaultBook(),
    links: new Links(options.linkSeconds),
    stats: new Stats(),
    clock: options.clock,
    quirks: options.quirks,
    complain: options.complain,
  };
}

function contractAndValidator(): { contract: Contract; validator: Validator } {
  const contract = loadContract();
  return { contract, validator: new Validator(contract) };
}
