#!/bin/bash
# MongoDB as a replica set with authentication wants a key that its members share. A set of one
# needs it as well: made once, kept in the volume, readable by the server alone.
set -euo pipefail

key="${1:?the path of the key}"
shift

if [[ ! -s "$key" ]]; then
  umask 077
  # 756 bytes are 1008 characters: a key may have 1024 (MongoDB, security.keyFile).
  head -c 756 /dev/urandom | base64 -w 0 > "$key.new"
  chmod 400 "$key.new"
  mv "$key.new" "$key"
fi

exec docker-entrypoint.sh "$@" --keyFile "$key"
