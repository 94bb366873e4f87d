/** An expected failure: its message is a sentence for the person at the terminal, and no stack is shown. */
export class Failure extends Error {}
