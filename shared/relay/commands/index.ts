/** All commands. The agent's handler table and the cloud's client are typed from this map. */
import type { z } from 'zod';
import { agent } from './agent.ts';
import { companies } from './companies.ts';
import { importer } from './importer.ts';
import { inbox } from './inbox.ts';
import { invoices } from './invoices.ts';
import { vendors } from './vendors.ts';

export const contract = { ...agent, ...companies, ...vendors, ...invoices, ...inbox, ...importer };

/** Rises when a command changes in a way that an older agent cannot serve (SPEC.md, "Versions"). */
export const contractVersion = 1;

export type Contract = typeof contract;
export type CommandName = keyof Contract;
export type ReadName = { [N in CommandName]: Contract[N]['kind'] extends 'read' ? N : never }[CommandName];
export type WriteName = { [N in CommandName]: Contract[N]['kind'] extends 'write' ? N : never }[CommandName];
/** What the caller passes (before defaults). */
export type RequestOf<N extends CommandName> = z.input<Contract[N]['request']>;
/** What the handler receives (after defaults). */
export type ParsedRequestOf<N extends CommandName> = z.output<Contract[N]['request']>;
export type ReplyOf<N extends CommandName> = z.output<Contract[N]['reply']>;
