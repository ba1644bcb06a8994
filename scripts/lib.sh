# Shared by the scripts: optional parts of the machine, and a private Postgres.
# Locally a missing optional part is named and skipped; with CI=true nothing may be skipped.

say() { printf '\n== %s\n' "$*"; }

missing() { # NAME HINT
  if [ "${CI:-}" = true ]; then
    echo "error: $1 is missing, and with CI=true nothing may be skipped. $2" >&2
    exit 1
  fi
  echo "note: $1 is missing; its tests are skipped. $2" >&2
}

is_root() { [ "$(id -u)" = 0 ]; }

install_debian() { # PACKAGE…: only as root on a Debian-like machine; quiet when it works
  is_root && command -v apt-get >/dev/null || return 1
  local log
  log=$(mktemp)
  if { DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }; } >"$log" 2>&1; then
    rm -f "$log"
  else
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
}

postgres_bin() { # prints the folder of initdb and postgres
  local found
  if found=$(command -v initdb) && [ -x "$(dirname "$found")/postgres" ]; then
    dirname "$found"
    return
  fi
  found=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && [ -x "$found/initdb" ] && echo "$found"
}

as_postgres() { # Postgres refuses to run as root
  if is_root; then runuser -u "$pg_user" -- "$@"; else "$@"; fi
}

free_port() {
  if command -v python3 >/dev/null; then
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
  else
    echo $((20000 + RANDOM % 20000))
  fi
}

pg_dir=""
start_postgres() { # exports BAKEOFF_TEST_POSTGRES_URL; an outer one is kept
  [ -z "${BAKEOFF_TEST_POSTGRES_URL:-}" ] || return 0
  local bin port
  bin=$(postgres_bin) || { install_debian postgresql && bin=$(postgres_bin); } || {
    missing Postgres "Install it (Debian: apt-get install postgresql) or set BAKEOFF_TEST_POSTGRES_URL."
    return 0
  }
  pg_user=$(id -un)
  if is_root; then
    if id postgres >/dev/null 2>&1; then pg_user=postgres; else pg_user=nobody; fi
  fi
  pg_dir=$(mktemp -d)
  pg_bin=$bin
  chmod 755 "$pg_dir"
  mkdir "$pg_dir/data"
  is_root && chown "$pg_user" "$pg_dir" "$pg_dir/data"
  trap stop_postgres EXIT
  as_postgres "$bin/initdb" -D "$pg_dir/data" -U bakeoff --auth=trust --no-sync >"$pg_dir/initdb.log" 2>&1 || {
    tail -n 20 "$pg_dir/initdb.log" >&2
    missing "a Postgres that starts" "initdb failed."
    return 0
  }
  for _ in 1 2 3; do
    port=$(free_port)
    if as_postgres "$bin/pg_ctl" -D "$pg_dir/data" -w -t 60 -l "$pg_dir/data/log" start \
      -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off -c max_connections=400" >/dev/null; then
      export BAKEOFF_TEST_POSTGRES_URL="postgres://bakeoff@127.0.0.1:$port/postgres"
      echo "Postgres $("$bin/postgres" --version | awk '{print $3}') on port $port"
      return 0
    fi
  done
  tail -n 20 "$pg_dir/data/log" >&2 || true
  missing "a Postgres that starts" "See the lines above."
}

stop_postgres() {
  [ -n "$pg_dir" ] || return 0
  as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$pg_dir"
  pg_dir=""
}

find_tools() { # what the worked example of docs/api.md is run with
  local name
  for name in curl jq; do
    command -v "$name" >/dev/null || install_debian "$name" ||
      missing "$name" "Install it (Debian: apt-get install $name); the worked example of docs/api.md is not run."
  done
}

find_browser() { # exports what the tests of the pages need; outer settings are kept
  local name found="" axe=target/tools/axe-core
  if [ -z "${BAKEOFF_TEST_CHROMIUM:-}" ]; then
    for name in chromium chromium-browser google-chrome; do
      found=$(command -v "$name") && break
    done
    [ -n "$found" ] || { install_debian chromium && found=$(command -v chromium); } || {
      missing Chromium "Install it (Debian: apt-get install chromium) or set BAKEOFF_TEST_CHROMIUM."
      return 0
    }
    export BAKEOFF_TEST_CHROMIUM=$found
  fi
  if [ -z "${BAKEOFF_TEST_AXE:-}" ]; then
    if [ ! -f "$axe/package/axe.min.js" ] && command -v npm >/dev/null; then
      mkdir -p "$axe"
      (cd "$axe" && npm pack --silent axe-core@4.14.1 >/dev/null && tar -xzf axe-core-4.14.1.tgz package/axe.min.js) || true
    fi
    if [ -f "$axe/package/axe.min.js" ]; then
      export BAKEOFF_TEST_AXE=$PWD/$axe/package/axe.min.js
    else
      echo "note: axe-core cannot be had (npm pack); the pages are tested without it." >&2
    fi
  fi
}

cargo_deny() { # prints the path of a cargo-deny that knows today's licence names; builds it once when it must
  local own=target/tools/bin/cargo-deny found
  if found=$(command -v cargo-deny) && "$found" --version | grep -qE ' (0\.(1[6-9]|[2-9][0-9])|[1-9])'; then
    echo "$found"
  elif [ -x "$own" ]; then
    echo "$own"
  else
    # Optimising it would take longer than it ever runs; PyPI's copy is too old for the licences in the tree.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
      cargo install --quiet --locked --root target/tools cargo-deny >&2 && echo "$own"
  fi
}
