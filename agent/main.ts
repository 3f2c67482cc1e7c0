/**
 * Service entry of the on-premises agent. Without arguments it serves; `check [--json] [--language en]` looks at everything once,
 * prints it and ends with 0 (all well), 1 (something fails) or 2 (warnings).
 */
import './small-memory.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { settingsOrExit } from '../shared/config/settings.ts';
import { createLogger, type Logger, type LogSink } from '../shared/telemetry/logger.ts';
import { rotatingFile } from '../shared/telemetry/rotating-file.ts';
import { consoleText, stdoutJson } from '../shared/telemetry/sinks.ts';
import { clockFromEnvironment } from '../shared/time/clock.ts';
import { check } from './check/command.ts';
import { type AgentSettings, readAgentSettings } from './config/settings.ts';
import { startAgent } from './service.ts';
import { version } from './version.ts';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, language: { type: 'string', default: 'es' } },
});
const [command] = positionals;
if (command !== undefined && command !== 'check') {
  process.stderr.write(`unknown command ${command}: run without one to serve, or with "check"\n`);
  process.exit(1);
}

const { values: settings, warnings } = settingsOrExit(() => readAgentSettings(process.env));
const clock = clockFromEnvironment();
if (command === 'check') {
  const language = flags.language === 'en' ? 'en' : 'es';
  process.exitCode = await check(settings, warnings, clock, { json: flags.json, language });
} else {
  await serve();
}

async function serve(): Promise<void> {
  const log = createLogger({ level: settings.LOG_LEVEL, write: sinkOf(settings), clock });
  for (const { name, problem } of warnings) log.warn('setting not usable', { name, problem });
  // A defect in one command must not end the service for all others.
  process.on('unhandledRejection', (reason) => log.error('unhandled rejection', { error: reason }));
  const agent = await startAgent(settings, warnings, log, clock);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void end(agent, log);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log.info('agent started', { ready: true, version, site: settings.AGENT_SITE });
}

/** Running commands may end, within bounds; what does not is found in the journal at the next start, and looked up then. */
async function end(agent: { close(): Promise<void> }, log: Logger): Promise<void> {
  log.info('agent stops');
  const closed = agent.close().then(
    () => 0,
    (error: unknown) => {
      log.error('agent did not stop cleanly', { error });
      return 1;
    },
  );
  const late = delay(settings.STOP_GRACE_MS, undefined, { ref: false }).then(() => {
    log.warn('commands still run: they are looked up at the next start');
    return 0;
  });
  process.exit(await Promise.race([closed, late]));
}

function sinkOf({ LOG_PATH, LOG_FORMAT }: AgentSettings): LogSink {
  if (LOG_PATH !== undefined) return rotatingFile({ folder: LOG_PATH, name: 'agent.log' }).write;
  return LOG_FORMAT === 'text' ? consoleText() : stdoutJson();
}
