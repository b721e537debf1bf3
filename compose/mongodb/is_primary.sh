#!/bin/bash
# Succeeds if MongoDB accepts writes. Sends one raw OP_MSG {hello: 1, $db: "admin"}, which needs no password: mongosh would
# take a second of CPU for each check, every few seconds.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/27017
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
timeout 20 head -c 300 <&3 | LC_ALL=C grep --text --quiet --perl-regexp 'isWritablePrimary\x00\x01'
