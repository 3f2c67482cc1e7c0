/** Items `sql` and `clock`: each database answers to our login, and the server's clock is ours. */
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { ConnectionLost, DatabaseClosed, LoginRefused, SageTimeout } from '../../sage/errors.ts';
import { serverNow } from '../../sage/server-facts.ts';
import { detailOf, type Subject, say } from '../subject.ts';

/** More than this between the clocks makes windows of dates doubtful; more than that, the licence and signed links fail. */
const clockWarnSeconds = 60;
const clockFailSeconds = 300;

/** One item per database; nobody needs the authorisations yet, so they only warn. */
export async function sqlItems(subject: Subject): Promise<HealthItem[]> {
  const { controlDatabase, authorizationDatabase, companies } = subject;
  const [control, ...others] = await Promise.all([
    look(subject, controlDatabase, 'fail', true),
    ...companies.map(({ database }) => look(subject, database, 'fail')),
    look(subject, authorizationDatabase, 'warn'),
  ]);
  return [...control, ...others.flat()];
}

async function look(
  subject: Subject,
  database: string,
  level: 'warn' | 'fail',
  withClock = false,
): Promise<HealthItem[]> {
  const began = performance.now();
  try {
    const theirs = await serverNow(subject.sage, database, subject.signal);
    const ms = Math.round(performance.now() - began);
    const answers = say(subject, 'sql', 'pass', 'sqlAnswers', { database, ms }, database);
    return withClock ? [answers, clockItem(subject, theirs.epochMilliseconds)] : [answers];
  } catch (error) {
    return [refusal(subject, database, level, error)];
  }
}

function refusal(subject: Subject, database: string, level: 'warn' | 'fail', error: unknown): HealthItem {
  if (error instanceof LoginRefused) return say(subject, 'sql', level, 'sqlLogin', { database }, database);
  if (error instanceof DatabaseClosed)
    return say(subject, 'sql', level, 'sqlDatabase', { database }, database);
  if (error instanceof SageTimeout || subject.signal.aborted) {
    return say(subject, 'sql', level, 'sqlTimeout', { database }, database);
  }
  if (error instanceof ConnectionLost) {
    const facts = { database, detail: detailOf(error.cause) };
    return say(subject, 'sql', level, 'sqlConnection', facts, database);
  }
  return say(subject, 'sql', level, 'sqlOther', { database, detail: detailOf(error) }, database);
}

function clockItem(subject: Subject, theirs: number): HealthItem {
  const seconds = Math.round(Math.abs(subject.clock.now().epochMilliseconds - theirs) / 1000);
  if (seconds <= clockWarnSeconds) return say(subject, 'clock', 'pass', 'clockGood', { seconds });
  return say(subject, 'clock', seconds > clockFailSeconds ? 'fail' : 'warn', 'clockOff', { seconds });
}
