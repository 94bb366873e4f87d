// A program that writes runs into a SQLite file as Themis does, commit by commit. It takes a list of statements with their
// values as JSON lines on its standard input, and writes "done" after the last one.
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const [sql, ...values] = JSON.parse(line);
  for (;;) {
    try {
      database.prepare(sql).run(...values);
      break;
    } catch (error) {
      // Somebody reads: as Themis does, it is tried again.
      if (!/locked|busy/.test(String(error))) throw error;
    }
  }
}
database.close();
process.stdout.write('done');
