#!/bin/bash
# Starts MongoDB as a replica set of one: transactions and change streams need one. compose/mongodb/initiate.py initiates it.
set -eu
# What members prove to one another with; the only member needs none that lasts. It also turns authentication on.
umask 077
head -c 96 /dev/urandom | base64 --wrap 0 >/tmp/key
# Messages are not compressed with zlib: CVE-2025-14847. A loader that was killed blocks its symbol for 25 s at most.
exec mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all --nounixsocket --wiredTigerCacheSizeGB 0.5 --oplogSize 256 \
  --networkMessageCompressors snappy,zstd --setParameter diagnosticDataCollectionEnabled=false \
  --setParameter transactionLifetimeLimitSeconds=25
