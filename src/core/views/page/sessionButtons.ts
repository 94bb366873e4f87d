/** What may be done with a session of an agent. */
export const sessionButtons = ['session.show', 'session.resume', 'session.copyId', 'session.open'] as const;

export type SessionButton = (typeof sessionButtons)[number];
