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
nohup nats-server -a 127.0.0.1 -p 4222 -js -sd "$(mktemp -d)" >/dev/null 2>&1 &
for _ in $(seq 50); do
  (exec 3<>/dev/tcp/127.0.0.1/4222) 2>/dev/null && exit 0
  sleep 0.1
done
echo 'nats-server does not answer at 127.0.0.1:4222' >&2
exit 1
