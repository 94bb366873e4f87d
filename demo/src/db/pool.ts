/** What the service needs of a database connection pool. */
export interface Pool {
  query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]>;
}
