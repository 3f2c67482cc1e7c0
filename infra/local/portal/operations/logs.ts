/** Integration log entries: accepted and kept, shown by the dump. */
import { bodyList, type Handler } from './call.ts';

export const createIntegrationLogs: Handler = (call) => {
  const logs = bodyList(call, 'logs');
  call.state.commit(
    call.tenant.record.id,
    logs.map((log) => ({ log })),
  );
  return { results: logs.map((log) => ({ log, success: true, message: '' })) };
};
