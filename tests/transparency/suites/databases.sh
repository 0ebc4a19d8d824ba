# SPDX-License-Identifier: MIT
# Databases: PostgreSQL, whose processes share semaphores and memory; MariaDB, all of whose clients are threads; SQLite.

postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -n 1)
in_user_directory() { # the rest works in a directory of who runs the server
    mkdir -p data && chmod 777 . data
    [ "$(id -u)" != 0 ] || chown nobody data
    cd data || return
    touch ../findings && chmod 666 ../findings # of processes of another user than the one who looks
    [ "$mode" != recorder ] || { mkdir -p ../trace && chmod 777 ../trace; }
}

# pgbench's own transactions, whose sums agree only if none was lost, by a client with threads; a query by parallel workers.
postgresql() { # TRANSACTIONS OF EACH CLIENT
    local psql=("$postgres_bin/psql" -h "$directory/data" -U postgres -Atq)
    in_user_directory
    under_as_user "$postgres_bin/initdb" -D db -U postgres -A trust --no-sync >&2
    said $? "status of initdb"
    under_as_user "$postgres_bin/pg_ctl" -D db -w -t 60 -l server.log -o "-k '$PWD' -h ''" start >&2
    said $? "status of pg_ctl start"
    under "$postgres_bin/pgbench" -h "$PWD" -U postgres -i -s 2 -q postgres >&2
    said $? "status of pgbench -i"
    under "$postgres_bin/pgbench" -h "$PWD" -U postgres -c 8 -j 4 -t "$1" postgres > pgbench.out 2>&1
    said $? "status of pgbench"
    cat pgbench.out >&2
    grep -E '^number of (transactions actually|failed)' pgbench.out
    "${psql[@]}" -c 'select (select sum(abalance) from pgbench_accounts) = (select sum(delta) from pgbench_history),
        (select sum(tbalance) from pgbench_tellers) = (select sum(bbalance) from pgbench_branches), (select count(*) from pgbench_history)' postgres
    "${psql[@]}" -c 'set parallel_setup_cost = 0' -c 'set parallel_tuple_cost = 0' -c 'set min_parallel_table_scan_size = 0' \
        -c 'select count(*), sum(aid % 7) from pgbench_accounts' postgres
    under_as_user "$postgres_bin/pg_ctl" -D db -w -t 60 -m fast stop >&2
    said $? "status of pg_ctl stop"
    cat server.log >&2
    grep -cE 'ERROR|FATAL|PANIC|terminated' server.log
}
suite postgresql whole 300 "${postgres_bin:-/usr/lib/postgresql/15/bin}/pgbench:postgresql" postgresql 500

mariadb_load() { # QUERIES
    local server options
    in_user_directory
    options=(--no-defaults --datadir="$PWD/db" --socket="$PWD/socket" --skip-networking --innodb-buffer-pool-size=32M
        --innodb-use-native-aio=0 --plugin-dir=/usr/lib/mysql/plugin)
    as_user mariadb-install-db --no-defaults --datadir="$PWD/db" --auth-root-authentication-method=normal --skip-test-db >&2
    under_as_user mariadbd "${options[@]}" --thread-handling=pool-of-threads --pid-file="$PWD/pid" > server.log 2>&1 & server=$!
    ask() { mariadb --no-defaults --socket="$PWD/socket" -u root -BN -e "$1"; }
    until_there 30 ask 'select 1' || { said fail "the server answers"; return; }
    ask 'create database t; create table t.t (id int primary key, n bigint) engine=innodb; create table t.log (at int auto_increment primary key, id int)'
    ask "insert into t.t values $(seq -s, -f '(%g,0)' 20)"
    under mariadb-slap --no-defaults --socket="$PWD/socket" -u root --concurrency=8 --number-of-queries="$1" --create-schema=t --no-drop \
        --query='update t set n = n + 1 where id = 1 + (connection_id() % 20); insert into log (id) values (1); select count(*) from t' --delimiter=';' >&2
    said $? "status of mariadb-slap"
    ask 'select sum(n) from t.t; select count(*) from t.log; checksum table t.log extended; check table t.t, t.log extended'
    kill -TERM $server
    wait $server
    said $? "status of mariadbd"
    cat server.log >&2
    grep -cE '\[ERROR\]|got signal' server.log
}
suite mariadb whole 300 "mariadbd:mariadb-server mariadb-slap:mariadb-client" mariadb_load 6000

sqlite_load() {
    under "$PYTHON3" "$here/sqlite.py" "$directory" "$1"
    said $? status
}
suite sqlite quick 60 "python3:python3" sqlite_load 20
suite sqlite-long whole 300 "python3:python3" sqlite_load 400
