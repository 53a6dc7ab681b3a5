"""Holds the selectors of `sluice lineage` to what `dbt ls` selects, on a small project with every kind of resource.

Compared are models, seeds, snapshots, analyses and sources; generic tests are no relations of ours.

usage: selects_as_dbt.py path/to/sluice
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

FILES = {
    "dbt_project.yml": """
name: shop
version: '1.0'
profile: shop
models:
  shop:
    staging: {+tags: [raw], +materialized: view}
    marts: {+materialized: table, finance: {+tags: finance, +group: money}}
""",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}",
    "sluice.toml": 'dialect = "duckdb"',
    "models/staging/sources.yml": """
sources:
  - name: ecom
    tables: [{name: orders, config: {tags: [hourly]}}, {name: people}]
  - name: crm
    tables: [{name: people}]
""",
    "models/staging/stg_orders.sql": "select id, cents / 100 as amount from {{ source('ecom', 'orders') }}",
    "models/staging/crm/stg_people.sql": "select id as person from {{ source('crm', 'people') }}",
    "models/marts/orders.sql": "select * from {{ ref('stg_orders') }} join {{ ref('kinds') }} using (id)",
    "models/marts/finance/revenue.sql": "{{ config(tags=['nightly']) }} select sum(amount) as total from {{ ref('orders') }}",
    "models/marts/finance/taxes.sql": "{{ config(materialized='view', meta={'owner': 'ann'}) }} select total from {{ ref('revenue') }}",
    "models/marts/finance/finance.yml": """
groups: [{name: money, owner: {name: Ann}}]
models:
  - name: revenue
    access: private
    config: {tags: [kpi], meta: {owner: bob, levels: [a, b]}}
  - name: report
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
exposures:
  - name: weekly
    type: dashboard
    owner: {name: Ann}
    depends_on: [ref('taxes'), ref('people')]
""",
    "models/marts/finance/report_v1.sql": "select * from {{ ref('taxes') }}",
    "models/marts/finance/report_v2.sql": "select * from {{ ref('taxes') }}",
    "models/marts/people.sql": "select person from {{ ref('stg_people') }}",
    "analyses/ask.sql": "select * from {{ ref('people') }}",
    "seeds/kinds.csv": "id,kind\n1,a\n",
    "snapshots/kept.yml": """
snapshots:
  - {name: kept, relation: ref('people'), config: {unique_key: person, strategy: check, check_cols: all}}
""",
}

SELECTORS = """
orders | +orders | orders+ | 1+orders+1 | +revenue+ | @stg_people | @orders | 2+taxes | 0+orders
tag:raw | tag:finance | tag:nightly | tag:kpi | tag:hourly | tag:n* | +tag:kpi | tag:finance,tag:nightly
staging | shop.staging | staging.crm | marts.finance | shop.marts.finance.revenue | shop | shop.* | marts.*
*.finance.* | staging.stg_* | shop.*.orders | fqn:orders | fqn:marts.orders | fqn:staging.*
path:models/staging | models/marts | models/marts/finance | path:models/marts/orders.sql | models/staging/crm
models/marts/*.sql | path:seeds | models/staging/sources.yml
file:orders.sql | orders.sql | file:kinds.csv | kinds.csv | file:stg_*
source:ecom | source:ecom.orders | source:shop.ecom.orders | source:* | source:*.people | source:ecom+ | source:crm.people+1
exposure:weekly | +exposure:weekly | 1+exposure:* | +exposure:weekly,tag:finance
config.materialized:view | config.materialized:table | config.materialized:seed | config.materialized:snapshot
config.meta.owner:bob | config.meta.levels:b | config.tags:nightly | config.group:money | config.enabled:true
group:money | access:private | access:protected | package:shop | package:* | resource_type:model
resource_type:seed | resource_type:snapshot | resource_type:source | resource_type:analysis | resource_type:exposure
version:latest | version:old | version:none | report | report.v1 | report_v1 | report_v2+
stg_orders+,+taxes | orders people | tag:finance,config.materialized:table revenue+1,tag:kpi
+taxes --exclude source:* | shop --exclude tag:finance | +revenue+ --exclude revenue+ | marts --exclude marts.finance kinds
"""


def main(sluice):
    sluice = str(Path(sluice).resolve())
    wrong = 0
    selectors = [one.strip() for line in SELECTORS.strip().splitlines() for one in line.split(" | ")]
    with tempfile.TemporaryDirectory() as folder:
        for path, text in FILES.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        os.chdir(folder)
        for selector in selectors:
            theirs, ours = dbt(selector), mine(sluice, selector)
            if theirs != ours:
                wrong += 1
                print(f"WRONG: {selector}: dbt {sorted(theirs - ours)} alone, Sluice {sorted(ours - theirs)} alone")
    print(f"{len(selectors)} selectors asked of both, {wrong} differ")
    return 1 if wrong else 0


def dbt(selector):
    wanted, _, excluded = selector.partition(" --exclude ")
    command = ["--quiet", "--no-send-anonymous-usage-stats", "ls", "--resource-type", "all", "--profiles-dir", ".", "--output", "json"]
    command += ["--output-keys", "unique_id", "--select", *wanted.split()]
    command += ["--exclude", *excluded.split()] if excluded else []
    silence = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1)
    os.dup2(silence, 1)
    try:
        answer = dbtRunner().invoke(command)
    finally:
        os.dup2(kept, 1)
        os.close(silence)
        os.close(kept)
    ids = [json.loads(line)["unique_id"] for line in answer.result or []]
    return {one for one in ids if one.split(".")[0] not in {"test", "unit_test", "exposure"}}


def mine(sluice, selector):
    # Of one name `lineage` shows all that it reads; of two it shows what they select.
    words = selector.split(" ")
    words.insert(0, words[0])
    answer = subprocess.run([sluice, "lineage", *words, "--format", "json"], capture_output=True, text=True)
    if answer.returncode:
        return set()
    return {relation["name"] for relation in json.loads(answer.stdout)["relations"]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
