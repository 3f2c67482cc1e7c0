/** The agent's version, as its heartbeat and its replies tell it. */
export const version = '0.1.0';
