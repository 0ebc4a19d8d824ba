# SPDX-License-Identifier: MIT
# Servers with threads under a load: redis, memcached, nginx.

# redis_ask WORD...: to the server in this directory.
redis_ask() { timeout 60 redis-cli -s socket "$@" 2>&1; }
redis_settled() { redis_ask info persistence | grep -Eqx $'(rdb_bgsave|aof_rewrite)_in_progress:1\r?' && return 1; true; }

# All of redis's threads: four for the sockets, those that free, close and sync; a load over fifty connections; children that
# save and rewrite meanwhile; the data afterwards, its log's words, and how it ends.
redis() { # REQUESTS
    local server
    ln -sf "$(command -v redis-check-rdb)" redis-server # one program, by its name; Debian's package redis-server is the service
    under ./redis-server --port 0 --unixsocket "$directory/socket" --io-threads 4 --io-threads-do-reads yes --dir "$directory" \
        --logfile log.redis --save '' --appendonly yes --enable-debug-command local --daemonize no >&2 & server=$!
    until_there 20 redis-cli -s socket ping || said fail "the server answers"
    under redis-benchmark -s socket -n "$1" -c 50 -P 8 --threads 2 -q \
        -t set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,lrange_100,mset >&2
    said $? "status of redis-benchmark"
    redis_ask bgsave >&2
    redis_ask set during the-save > /dev/null
    until_there 30 redis_settled || said fail "bgsave ends"
    redis_ask bgrewriteaof >&2
    until_there 30 redis_settled || said fail "bgrewriteaof ends"
    said "$(redis_ask dbsize)" keys
    said "$(redis_ask debug digest)" "the data's digest"
    said "$(redis_ask info persistence | sed -n 's/_last_.*_status:/&/p' | tr -d '\r' | tr '\n' ' ')" "persistence"
    said "$(redis_ask info clients | grep -c connected_clients:1)" "clients that stayed"
    said "$(redis_ask flushall async)" "flushall async"
    redis_ask shutdown nosave >&2
    wait $server
    said $? "status of redis-server"
    redis-check-rdb dump.rdb > check 2>&1
    said $? "the saved data"
    sed -n -E 's/^[0-9]+:([A-Z]) .* # (.*)/\1 \2/p' log.redis | grep -vi overcommit | sed -E 's/[0-9]+/N/g' | sort | uniq -c
}
redis_is="redis-check-rdb:redis-tools redis-benchmark:redis-tools"
suite redis quick 60 "$redis_is" redis 4000
suite redis-long whole 300 "$redis_is" redis 20000

memcached_begin() { # WORD OF ITS COMMAND LINE...
    under memcached -t 4 -m 64 $([ "$(id -u)" != 0 ] || echo -u root) "$@" >&2 &
    server=$!
}
memcached_end() {
    kill -TERM $server
    wait $server
    said $? "status of memcached"
}

# Clients of several connections, whose every reply is looked at; the server's own counts; then libmemcached's test of the protocol.
memcached_load() { # REQUESTS
    local server port
    memcached_begin -s "$directory/socket"
    until_there 20 test -S socket || said fail "the server answers"
    "$PYTHON3" "$here/memcached.py" "$directory/socket" "$1"
    said $? "status of the clients"
    memcached_end
}
memcached_protocol() {
    local server port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    memcached_begin -l 127.0.0.1 -p "$port"
    until_there 20 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port" || said fail "the server answers"
    timeout 100 memccapable -h 127.0.0.1 -p "$port" 2>&1 | sed -n -E 's/^(ascii|binary) ([a-z ]*[a-z]) *\[(pass|FAIL)\].*/\3 \1 \2/p' | sed 's/^pass/ok/; s/^FAIL/fail/'
    under timeout 100 memcslap --servers=127.0.0.1:"$port" --concurrency=4 --execute-number=2000 --test=get --flush >&2
    said $? "status of memcslap"
    memcached_end
}
suite memcached quick 60 memcached:memcached memcached_load 4000
suite memcached-long whole 300 memcached:memcached memcached_load 200000
suite memcached-protocol whole 100 "memcached:memcached memccapable:libmemcached-tools" memcached_protocol

# Two workers that read files in a pool of threads.
nginx_load() {
    local server
    mkdir -p www logs
    seq 20000 > www/numbers
    cat > nginx.conf <<'END'
daemon off; worker_processes 2; pid nginx.pid; error_log logs/error.log;
events { worker_connections 100; }
http {
    access_log logs/access.log; client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    server { listen unix:socket; root www; aio threads; sendfile off; }
}
END
    chmod -R a+rX .
    under nginx -p "$directory" -c nginx.conf -e logs/error.log >&2 & server=$!
    until_there 20 test -S socket || said fail "the server answers"
    seq 300 | xargs -P 8 -I N curl -s --unix-socket socket -o /dev/null -w '%{http_code} %{size_download}\n' http://here/numbers | sort | uniq -c
    kill -HUP $server # other workers
    curl -s --retry 5 --unix-socket socket http://here/numbers | cksum
    kill -QUIT $server
    wait $server
    said $? "status of nginx"
    grep -cE '\[(alert|crit|emerg)\]' logs/error.log
}
suite nginx whole 60 "nginx:nginx-light curl:curl" nginx_load
