/** A JSON schema, as far as it is looked into here. */
export type Schema = Readonly<Record<string, unknown>>;
