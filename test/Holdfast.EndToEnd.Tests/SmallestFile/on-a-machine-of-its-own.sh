#!/usr/bin/env bash
# on-a-machine-of-its-own.sh DIRECTORY BIN_DIR: runs the agent in DIRECTORY with the file beside it, a real etcd, and the ports and paths that the file
# names, in a network and with a /var/lib/postgresql of its own. To be run by `unshare --net --mount`, as root.
set -euo pipefail
directory=$1 bin_dir=$2
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs /var/lib/postgresql
chown postgres /var/lib/postgresql
cd /var/lib/postgresql

etcd --data-dir /var/lib/postgresql/etcd >"$directory/etcd.log" 2>&1 &
etcd=$!
PATH=$bin_dir:$PATH setpriv --reuid postgres --regid postgres --init-groups "$directory/holdfast/holdfast" agent "$directory/patroni.yml" >"$directory/agent.log" 2>&1 &
agent=$!
end() {
  kill "$agent" && wait "$agent" || true
  kill "$etcd" && wait "$etcd" || true
}
trap end EXIT

for _ in $(seq 300); do
  if [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8008/primary)" = 200 ]; then
    psql -X -q -At -h 127.0.0.1 -U postgres -c 'create table kept (a int)' -c 'insert into kept values (42)' -c 'select a from kept'
    ETCDCTL_API=3 etcdctl get --print-value-only /service/postgresql-cluster/leader
    exit 0
  fi
  sleep 0.2
done
echo "nobody became the primary"
tail -20 "$directory/agent.log"
exit 1
