#!/bin/sh
# nginx reads neither the environment nor /etc/resolv.conf: write the address of the gateway and of a resolver.
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
  echo "map '' \$gateway { default ${GATEWAY_ADDRESS:-gateway:8000}; }"
} >/tmp/gateway.conf
exec "$@"
