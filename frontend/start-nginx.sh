#!/bin/sh
# nginx reads neither the environment nor /etc/resolv.conf: write the gateway's address and limit, a resolver and
# the networks of trusted proxies.
set -eu
resolvers=
while read -r word address _; do
  [ "$word" = nameserver ] || continue
  case $address in
    *:*) resolvers="$resolvers [$address]" ;;
    *) resolvers="$resolvers $address" ;;
  esac
done </etc/resolv.conf
{
  [ -z "$resolvers" ] || echo "resolver$resolvers valid=5s ipv6=off;"
  echo "client_max_body_size ${MAX_UPLOAD_BYTES:-33554432};"
  echo "map '' \$max_upload_bytes { default ${MAX_UPLOAD_BYTES:-33554432}; }"
  # $remote_addr, which is passed on, is the address that the last of these proxies saw; without any, the caller's.
  for network in $(echo "${TRUSTED_PROXIES:-}" | tr , ' '); do echo "set_real_ip_from $network;"; done
  echo "map '' \$gateway { default ${GATEWAY_ADDRESS:-gateway:8000}; }"
} >/tmp/gateway.conf
exec "$@"
