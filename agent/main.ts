/** Service entry of the on-premises agent. */
import { settingsOrExit } from '../shared/config/settings.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { rotatingFile } from '../shared/telemetry/rotating-file.ts';
import { stdoutJson } from '../shared/telemetry/sinks.ts';
import { clockFromEnvironment } from '../shared/time/clock.ts';
import { readAgentSettings } from './config/settings.ts';
import { startAgent } from './service.ts';
import { version } from './version.ts';

const { values: settings, warnings } = settingsOrExit(() => readAgentSettings(process.env));
const clock = clockFromEnvironment();
const write = settings.LOG_PATH
  ? rotatingFile({ folder: settings.LOG_PATH, name: 'agent.log' }).write
  : stdoutJson();
const log = createLogger({ level: settings.LOG_LEVEL, write, clock });
for (const { name, problem } of warnings) log.warn('setting not usable', { name, problem });

// A defect in one command must not end the service for all others.
process.on('unhandledRejection', (reason) => log.error('unhandled rejection', { error: String(reason) }));

const agent = await startAgent(settings, log, clock);
log.info('agent started', { ready: true, version, site: settings.AGENT_SITE });

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  log.info('agent stops');
  agent.close().then(
    () => process.exit(0),
    (error: Error) => {
      log.error('agent did not stop cleanly', { error: error.message });
      process.exit(1);
    },
  );
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
