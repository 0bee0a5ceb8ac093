#!/usr/bin/env bash
# What the tests need of a machine: Chromium, and a NATS server with JetStream on 127.0.0.1:4222. With MILLRACE_SERVICES set
# to "required", the tests fail where one of them is missing.
set -euo pipefail

sudo apt-get update
sudo apt-get install -y --no-install-recommends nats-server
command -v chromium || command -v chromium-browser || command -v google-chrome ||
  sudo apt-get install -y --no-install-recommends chromium

# the package may have started one, which has no JetStream
sudo systemctl stop nats-server || true
folder="$(mktemp -d)"
nohup nats-server -a 127.0.0.1 -p 4222 -js -sd "$folder/data" >"$folder/log" 2>&1 &

# a server's first line tells what it can do: another one at this port may answer, and have no JetStream
greeting=''
for _ in $(seq 50); do
  greeting="$( (exec 3<>/dev/tcp/127.0.0.1/4222 && timeout 5 head -n 1 <&3) 2>/dev/null || true)"
  if [[ "$greeting" == *'"jetstream":true'* ]]; then exit 0; fi
  sleep 0.1
done
echo "no nats-server with JetStream answers at 127.0.0.1:4222; the greeting: ${greeting:-none}; the log of ours:" >&2
cat "$folder/log" >&2
exit 1
