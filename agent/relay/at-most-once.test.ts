/**
 * Whatever happens, in whatever order (copies, new calls, cancellations, deadlines, handlers that break, an agent that dies
 * between any two steps), a write has its effect at most once, and what the callers hear is true.
 */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { hashOf, pack } from '../../shared/relay/codec.ts';
import type { CommandEnvelope, ReplyEnvelope } from '../../shared/relay/envelope.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { fetchClaim } from './claim-check.ts';
import { Executor } from './execute.ts';
import type { Handlers } from './handlers.ts';
import { Journal } from './journal.ts';

const request = { database: 'ACME01', uuid: '6F35D3B5-3651-5370-BC2C-14CDBE384CD7', xml: '', addenda: '' };
const json = JSON.stringify(request);
const body = await pack(json);
const delivered = { file: 'x.xml', bytes: 1, sha256: 'h', alreadyThere: false };

const moments = ['begin', 'begun', 'effect', 'effected', 'finish', 'finished'] as const;
type Moment = (typeof moments)[number];
type Deed = 'do' | 'refuse' | 'break-before' | 'break-after';
type Outcome = ReplyEnvelope['result']['outcome'];

/** Never comes back: the agent is dead from here on. */
class Death {
  readonly #at: Moment | undefined;
  readonly happened = Promise.withResolvers<'dead'>();

  constructor(at: Moment | undefined) {
    this.#at = at;
  }

  async pass(moment: Moment): Promise<void> {
    if (moment !== this.#at) return;
    this.happened.resolve('dead');
    await new Promise(() => undefined);
  }
}

/** The journal's file survives the agent; what was not written when it died is gone. */
function mortal(journal: Journal, death: Death): Journal {
  return Object.assign(Object.create(journal) as Journal, {
    ticket: journal.ticket.bind(journal),
    ended: journal.ended.bind(journal),
    isCancelled: journal.isCancelled.bind(journal),
    async begin(...given: Parameters<Journal['begin']>) {
      await death.pass('begin');
      await journal.begin(...given);
      await death.pass('begun');
    },
    async finish(...given: Parameters<Journal['finish']>) {
      await death.pass('finish');
      await journal.finish(...given);
      await death.pass('finished');
    },
  });
}

class World {
  readonly journal = new Journal(':memory:');
  readonly evidence: boolean;
  now = 0;
  readonly calls: CommandEnvelope[] = [];
  readonly effects: string[] = [];
  readonly heard = new Map<string, Outcome[]>();

  constructor(evidence: boolean) {
    this.evidence = evidence;
  }

  call(): void {
    this.calls.push({
      callId: `c-${this.calls.length}`,
      commandId: 'w-1',
      command: 'inbox.deliverCfdi',
      tenant: 'a',
      deadline: this.now + 10_000,
      contractVersion: 1,
      replyTo: 's',
      requestHash: hashOf(json),
      body,
    });
  }

  /** Hands a call's message to an agent that does `deed`, and dies at `dieAt`. */
  async deliver(index: number, deed: Deed, dieAt?: Moment): Promise<void> {
    const command = this.calls[index % this.calls.length];
    if (!command) return;
    const death = new Death(dieAt);
    const executor = new Executor({
      handlers: this.#handlers(command.callId, deed, death),
      journal: mortal(this.journal, death),
      clock: { now: () => Temporal.Instant.fromEpochMilliseconds(this.now) },
      log: silentLogger,
      version: 'test',
      fetchClaim,
    });
    const end = await Promise.race([
      executor.run(command, new AbortController().signal),
      death.happened.promise,
    ]);
    if (typeof end === 'object') this.#hear(end.reply.reply);
    for (const { callId, reply } of this.journal.waiting(100)) {
      this.#hear(reply);
      await this.journal.sent([callId]);
    }
  }

  #hear(text: string): void {
    const { callId, result } = JSON.parse(text) as ReplyEnvelope;
    this.heard.set(callId, [...(this.heard.get(callId) ?? []), result.outcome]);
  }

  #handlers(callId: string, deed: Deed, death: Death): Handlers {
    const handler = {
      execute: async () => {
        if (deed === 'refuse') throw new CommandError('disk_full', 'retry', 'no room');
        if (deed === 'break-before') throw new Error('a defect before');
        await death.pass('effect');
        this.effects.push(callId);
        await death.pass('effected');
        if (deed === 'break-after') throw new Error('a defect after');
        return delivered;
      },
      settle: async () => {
        if (!this.evidence) return 'unknown';
        return this.effects.length > 0 ? delivered : 'not-done';
      },
    };
    return { 'inbox.deliverCfdi': handler } as Partial<Handlers> as Handlers;
  }
}

const deed = fc.constantFrom<Deed[]>('do', 'do', 'refuse', 'break-before', 'break-after');
const step = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ type: 'call' } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('deliver' as const),
      index: fc.nat(9),
      deed,
      dieAt: fc.option(fc.constantFrom(...moments), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(15_000) }) },
);

it('a write has its effect at most once, and every call hears the truth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 14 }), async (evidence, steps) => {
      const world = new World(evidence);
      world.call();
      for (const one of steps) {
        if (one.type === 'call') world.call();
        if (one.type === 'deliver') await world.deliver(one.index, one.deed, one.dieAt);
        if (one.type === 'cancel') await world.journal.cancel(`c-${one.index}`, world.now);
        if (one.type === 'wait') world.now += one.ms;
      }
      // What the bus still has comes again, to an agent that stays alive.
      for (const index of world.calls.keys()) await world.deliver(index, 'do');

      expect(world.effects.length).toBeLessThanOrEqual(1);
      for (const { callId } of world.calls) {
        const heard = world.heard.get(callId) ?? [];
        expect(heard.length).toBeGreaterThan(0);
        if (heard.includes('applied')) expect(world.effects).toHaveLength(1);
        // `rejected` is a promise: this call has done nothing, and never will.
        if (heard.includes('rejected')) expect(world.effects).not.toContain(callId);
      }
      world.journal[Symbol.dispose]();
    }),
    { numRuns: 400 },
  );
});
