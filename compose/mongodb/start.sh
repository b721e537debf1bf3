#!/bin/bash
# Starts MongoDB as a one-member replica set, which transactions and change streams need. initiate.py initiates it.
set -eu
# The key by which members authenticate each other. The only member needs no permanent key, but a key file enables passwords.
umask 077
head -c 96 /dev/urandom | base64 --wrap 0 >/tmp/key
# Three files are open for each symbol, where some container engines allow 1,024 at first.
ulimit -Sn "$(ulimit -Hn)"
# Messages are not compressed with zlib: CVE-2025-14847. Nothing runs scripts on the server. A killed loader blocks its symbol for 25 s at most.
exec mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all --nounixsocket --wiredTigerCacheSizeGB 0.5 --oplogSize 256 \
  --networkMessageCompressors snappy,zstd --noscripting --setParameter diagnosticDataCollectionEnabled=false \
  --setParameter transactionLifetimeLimitSeconds=25
