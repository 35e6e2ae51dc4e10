#!/bin/bash
# Gives Kibana's and the shipper's accounts their passwords and the logs their template, then
# becomes Kibana.
# The administrator's password does not stay in the environment of the server that runs on.
set -euo pipefail

elastic() { # elastic <method> <path> <body file>: as the administrator, the password on stdin
    printf 'user = "elastic:%s"\n' "$ELASTIC_PASSWORD" |
        curl --config - --silent --show-error --fail --retry 20 --retry-delay 3 \
            --retry-all-errors --output /dev/null --request "$1" \
            --header 'Content-Type: application/json' --data-binary "@$3" \
            "http://elasticsearch:9200$2"
}

elastic POST /_security/user/kibana_system/_password \
    <(printf '{"password": "%s"}' "$KIBANA_PASSWORD")
elastic PUT /_index_template/logs-aiguardian /etc/aiguardian/logs-template.json

# The shipper may add to our logs and nothing else.
elastic PUT /_security/role/aiguardian_shipper <(printf '%s' '{
    "cluster": ["monitor"],
    "indices": [{"names": ["logs-aiguardian-*"], "privileges": ["create_doc", "auto_configure"]}]}')
elastic PUT /_security/user/aiguardian_shipper \
    <(printf '{"password": "%s", "roles": ["aiguardian_shipper"]}' "$SHIPPER_PASSWORD")

unset ELASTIC_PASSWORD SHIPPER_PASSWORD
exec /usr/local/bin/kibana-docker
