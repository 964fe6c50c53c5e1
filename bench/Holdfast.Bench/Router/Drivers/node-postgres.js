// usage: node node-postgres.js PORT PASSWORD SECONDS
// Four clients: each transaction has a prepared statement, and reads back a setting of the session. The last line is JSON.
const { Client } = require('pg');

const [port, password, seconds] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1000;
const figures = { transactions: 0, errors: 0, acknowledged: 0, lost: 0 };
const acknowledged = [];

const connect = async () => {
  const client = new Client({ host: '127.0.0.1', port: Number(port), user: 'postgres', password, database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  return client;
};

const write = async (client, name, id, sequence) => {
  await client.query('begin');
  await client.query({ name: 'insertion', text: 'insert into node_rows values ($1, $2)', values: [id, sequence] });
  const answer = await client.query("select current_setting('application_name') as name");
  await client.query('commit');
  if (answer.rows[0].name !== name) throw new Error(`the setting was lost: ${answer.rows[0].name}`);
};

const run = async (id) => {
  let sequence = 0;
  while (Date.now() < until) {
    let client;
    try {
      client = await connect();
      await client.query(`set application_name = 'node-${id}'`);
      while (Date.now() < until) {
        await write(client, `node-${id}`, id, ++sequence);
        acknowledged.push(`${id}:${sequence}`);
        figures.transactions++;
      }
    } catch (error) {
      figures.errors++;
      console.error(`${new Date().toISOString()} ${error.code ?? ''} ${error.message} ${error.detail ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await client?.end().catch(() => {});
  }
};

(async () => {
  const client = await connect();
  await client.query('drop table if exists node_rows');
  await client.query('create table node_rows (id int, sequence int, primary key (id, sequence))');
  await Promise.all([1, 2, 3, 4].map(run));
  const last = await connect();
  const rows = new Set((await last.query('select id, sequence from node_rows')).rows.map((row) => `${row.id}:${row.sequence}`));
  figures.acknowledged = acknowledged.length;
  figures.lost = acknowledged.filter((row) => !rows.has(row)).length;
  console.log(JSON.stringify(figures));
  await last.end();
  await client.end().catch(() => {});
})();
