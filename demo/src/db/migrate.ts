import type { Pool } from './pool';

const BATCH = 5_000;

/** Copies the lines of all orders up to `lastId`; safe to run again, since lines that are there are skipped. */
export async function copyOrderLines(
  pool: Pool,
  lastId: number,
  report: (done: number) => void,
): Promise<void> {
  for (let from = 0; from < lastId; from += BATCH) {
    await waitForReplicas(pool);
    await pool.query(
      `INSERT INTO order_lines (order_id, position, sku, quantity, unit_price_cents)
       SELECT o.id, line.position, coalesce(line.sku, 'UNKNOWN'), line.quantity, line.unit_price_cents
       FROM orders o,
            jsonb_to_recordset(o.items) AS line(position int, sku text, quantity int, unit_price_cents int)
       WHERE o.id > $1 AND o.id <= $2
       ON CONFLICT DO NOTHING`,
      [from, from + BATCH],
    );
    report(Math.min(from + BATCH, lastId));
  }
}

/** A copy that outruns the replicas makes every reader see old orders. */
async function waitForReplicas(pool: Pool): Promise<void> {
  for (;;) {
    const [row] = await pool.query<{ lag: number }>('SELECT replication_lag_seconds() AS lag', []);
    if ((row?.lag ?? 0) < 2) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
