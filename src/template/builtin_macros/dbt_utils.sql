{# What projects use most of dbt_utils, for where the package is not installed. #}

{# ---- keys and arithmetic ---- #}
{% macro generate_surrogate_key(field_list) -%}
{%- set missing = '' if var('surrogate_key_treat_nulls_as_empty_strings', false) else '_dbt_utils_surrogate_key_null_' -%}
{%- set fields = [] -%}
{%- for field in field_list -%}
{%- do fields.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '" ~ missing ~ "')") -%}
{%- if not loop.last %}{% do fields.append("'-'") %}{% endif -%}
{%- endfor -%}
{{ return(dbt.hash(dbt.concat(fields))) }}
{%- endmacro %}

{% macro surrogate_key(field_list) -%}
{%- set names = field_list if field_list is not string else [field_list] + (varargs | list) -%}
{%- set fields = [] -%}
{%- for field in names -%}
{%- do fields.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '')") -%}
{%- if not loop.last %}{% do fields.append("'-'") %}{% endif -%}
{%- endfor -%}
{{ return(dbt.hash(dbt.concat(fields))) }}
{%- endmacro %}

{% macro safe_divide(numerator, denominator) %}( {{ numerator }} ) / nullif( ( {{ denominator }} ), 0){% endmacro %}
{% macro safe_add(field_list) -%}
{%- set names = field_list if field_list is iterable and field_list is not string else [field_list] + (varargs | list) -%}
{%- for field in names %}coalesce({{ field }}, 0){% if not loop.last %} + {% endif %}{% endfor -%}
{%- endmacro %}
{% macro safe_subtract(field_list) -%}
{%- for field in field_list %}coalesce({{ field }}, 0){% if not loop.last %} - {% endif %}{% endfor -%}
{%- endmacro %}
{% macro group_by(n) %}group by {% for at in range(1, n + 1) %}{{ at }}{% if not loop.last %},{% endif %}{% endfor %}{% endmacro %}
{% macro width_bucket(expr, min_value, max_value, num_buckets) %}{{ return(adapter.dispatch('width_bucket', 'dbt_utils')(expr, min_value, max_value, num_buckets)) }}{% endmacro %}
{% macro snowflake__width_bucket(expr, min_value, max_value, num_buckets) %}width_bucket({{ expr }}, {{ min_value }}, {{ max_value }}, {{ num_buckets }}){% endmacro %}
{% macro default__width_bucket(expr, min_value, max_value, num_buckets) -%}
{%- set size = '((' ~ max_value ~ ' - ' ~ min_value ~ ') / ' ~ num_buckets ~ ')' -%}
(case when mod({{ dbt.safe_cast(expr, dbt.type_numeric()) }}, {{ dbt.safe_cast('(' ~ size ~ ')' if size[0] != '(' else size, dbt.type_numeric()) }}) = 0 then 1 else 0 end) + least(ceil(({{ expr }} - {{ min_value }}) / {{ size }}), {{ num_buckets }} + 1)
{%- endmacro %}
{% macro haversine_distance(lat1, lon1, lat2, lon2, unit='mi') %}{{ return(adapter.dispatch('haversine_distance', 'dbt_utils')(lat1, lon1, lat2, lon2, unit)) }}{% endmacro %}
{% macro default__haversine_distance(lat1, lon1, lat2, lon2, unit='mi') -%}
{%- set factor = 1.60934 if unit == 'km' else 1 -%}
2 * 3961 * asin(sqrt(power((sin(radians(({{ lat2 }} - {{ lat1 }}) / 2))), 2) + cos(radians({{ lat1 }})) * cos(radians({{ lat2 }})) * power((sin(radians(({{ lon2 }} - {{ lon1 }}) / 2))), 2))) * {{ factor }}
{%- endmacro %}
{% macro bigquery__haversine_distance(lat1, lon1, lat2, lon2, unit='mi') -%}
{%- set factor = 1.60934 if unit == 'km' else 1 -%}
{%- set a = 'acos(-1) * ' ~ lat1 ~ ' / 180' -%}
{%- set b = 'acos(-1) * ' ~ lon1 ~ ' / 180' -%}
{%- set c = 'acos(-1) * ' ~ lat2 ~ ' / 180' -%}
{%- set d = 'acos(-1) * ' ~ lon2 ~ ' / 180' -%}
2 * 3961 * asin(sqrt(power(sin(({{ c }} - {{ a }}) / 2), 2) + cos({{ a }}) * cos({{ c }}) * power(sin(({{ d }} - {{ b }}) / 2), 2))) * {{ factor }}
{%- endmacro %}

{# ---- columns of relations ---- #}
{% macro get_filtered_columns_in_relation(from, except=[]) -%}
{%- set hidden = except | map('lower') | list -%}
{%- set names = [] -%}
{%- for column in adapter.get_columns_in_relation(from) if column.name | lower not in hidden -%}
{%- do names.append(column.name) -%}
{%- endfor -%}
{{ return(names) }}
{%- endmacro %}

{% macro star(from, relation_alias=false, except=[], prefix='', suffix='', quote_identifiers=true) -%}
{%- set names = dbt_utils.get_filtered_columns_in_relation(from, except) -%}
{%- if not names -%}*{%- else -%}
{%- for name in names -%}
{%- set shown = adapter.quote(name) if quote_identifiers else name -%}
{%- if relation_alias %}{{ relation_alias }}.{% endif %}{{ shown }}
{%- if prefix != '' or suffix != '' %} as {{ adapter.quote(prefix ~ name ~ suffix) if quote_identifiers else prefix ~ name ~ suffix }}{% endif %}
{%- if not loop.last %},
  {% endif -%}
{%- endfor -%}
{%- endif -%}
{%- endmacro %}

{% macro union_relations(relations, column_override=none, include=[], exclude=[], source_column_name='_dbt_source_relation', where=none) -%}
{%- set overrides = column_override if column_override else {} -%}
{%- set hidden = exclude | map('lower') | list -%}
{%- set wanted = include | map('lower') | list -%}
{%- set types = {} -%}
{%- set held = {} -%}
{%- for relation in relations -%}
{%- set own = [] -%}
{%- for column in adapter.get_columns_in_relation(relation) if column.name | lower not in hidden and (not wanted or column.name | lower in wanted) -%}
{%- do own.append(column.name | lower) -%}
{%- if column.name not in types %}{% do types.update({column.name: column.data_type}) %}{% endif -%}
{%- endfor -%}
{%- do held.update({relation | string: own}) -%}
{%- endfor -%}
{%- for relation in relations %}
        (
            select
                {% if source_column_name is not none -%}
                cast({{ dbt.string_literal(relation) }} as {{ dbt.type_string() }}) as {{ source_column_name }}{% if types or not execute %},{% endif %}
                {%- endif %}
                {% for name, type in types.items() -%}
                cast({{ adapter.quote(name) if name | lower in held[relation | string] else 'null' }} as {{ overrides.get(name, type) }}) as {{ adapter.quote(name) }}{% if not loop.last %},{% endif %}
                {% else %}*
                {%- endfor %}
            from {{ relation }}
            {% if where -%}
            where {{ where }}
            {%- endif %}
        )
        {% if not loop.last -%}
            union all
        {% endif -%}
{%- endfor -%}
{%- endmacro %}

{% macro unpivot(relation=none, cast_to='varchar', exclude=none, remove=none, field_name='field_name', value_name='value', quote_identifiers=false, table=none) -%}
{%- set relation = relation if relation else table -%}
{%- set kept = exclude if exclude else [] -%}
{%- set gone = (remove if remove else []) + kept -%}
{%- set gone = gone | map('lower') | list -%}
{%- set names = [] -%}
{%- for column in adapter.get_columns_in_relation(relation) if column.name | lower not in gone -%}
{%- do names.append(column.name) -%}
{%- endfor -%}
{%- for name in names %}
    select
        {% for other in kept %}{{ adapter.quote(other) if quote_identifiers else other }},
        {% endfor %}cast('{{ name }}' as {{ dbt.type_string() }}) as {{ adapter.quote(field_name) if quote_identifiers else field_name }},
        cast({{ adapter.quote(name) if quote_identifiers else name }} as {{ cast_to }}) as {{ adapter.quote(value_name) if quote_identifiers else value_name }}
    from {{ relation }}
    {% if not loop.last %}
    union all
    {% endif %}
{%- endfor -%}
{%- endmacro %}

{% macro pivot(column, values, alias=true, agg='sum', cmp='=', prefix='', suffix='', then_value=1, else_value=0, quote_identifiers=true, distinct=false) -%}
{%- for value in values -%}
{{ agg }}({% if distinct %}distinct {% endif %}case when {{ column }} {{ cmp }} '{{ dbt.escape_single_quotes(value) }}' then {{ then_value }} else {{ else_value }} end)
{%- if alias %} as {{ adapter.quote(prefix ~ value ~ suffix) if quote_identifiers else dbt_utils.slugify(prefix ~ value ~ suffix) }}{% endif %}
{%- if not loop.last %},
{% endif -%}
{%- endfor -%}
{%- endmacro %}

{% macro get_column_values(table, column, order_by='count(*) desc', max_records=none, default=none, where=none) -%}
{%- set found = run_query('select ' ~ column ~ ' from ' ~ table) -%}
{{ return(default if default else []) }}
{%- endmacro %}
{% macro get_single_value(sql_statement, default=none) -%}
{%- set found = run_query(sql_statement) -%}
{{ return(default) }}
{%- endmacro %}
{% macro get_query_results_as_dict(query) -%}
{%- set found = run_query(query) -%}
{{ return({}) }}
{%- endmacro %}
{% macro get_relations_by_pattern(schema_pattern, table_pattern, exclude='', database=target.database) -%}
{%- set found = run_query('select ' ~ schema_pattern ~ table_pattern) -%}
{{ return([]) }}
{%- endmacro %}
{% macro get_table_types_sql() -%}
{%- set external = 'FOREIGN' if target.type in ('postgres', 'redshift') else 'EXTERNAL TABLE' -%}
case table_type
    {% if target.type == 'databricks' %}when 'MANAGED' then 'table'
    {% endif %}when 'BASE TABLE' then 'table'
    {% if target.type != 'databricks' %}when '{{ external }}' then 'external'
    {% endif %}when 'MATERIALIZED VIEW' then 'materializedview'
    else lower(table_type)
end as {{ adapter.quote('table_type') }}
{%- endmacro %}
{% macro get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=target.database) -%}
select distinct
    table_schema as {{ adapter.quote('table_schema') }},
    table_name as {{ adapter.quote('table_name') }},
    {{ dbt_utils.get_table_types_sql() }}
from {{ database }}.information_schema.tables
where table_schema ilike '{{ schema_pattern }}'
and table_name ilike '{{ table_pattern }}'
and table_name not ilike '{{ exclude }}'
{%- endmacro %}
{% macro get_tables_by_prefix_sql(schema, prefix, exclude='', database=target.database) %}{{ return(dbt_utils.get_tables_by_pattern_sql(schema, prefix ~ '%', exclude, database)) }}{% endmacro %}
{% macro get_relations_by_prefix(schema, prefix, exclude='', database=target.database) %}{{ return(dbt_utils.get_relations_by_pattern(schema, prefix ~ '%', exclude, database)) }}{% endmacro %}

{% macro deduplicate(relation, partition_by, order_by) %}{{ return(adapter.dispatch('deduplicate', 'dbt_utils')(relation, partition_by, order_by)) }}{% endmacro %}
{% macro default__deduplicate(relation, partition_by, order_by) -%}
with row_numbered as (
    select _inner.*, row_number() over (partition by {{ partition_by }} order by {{ order_by }}) as rn
    from {{ relation }} as _inner
)
select distinct data.* from {{ relation }} as data natural join row_numbered where row_numbered.rn = 1
{%- endmacro %}
{% macro redshift__deduplicate(relation, partition_by, order_by) -%}
select * from {{ relation }} as tt qualify row_number() over (partition by {{ partition_by }} order by {{ order_by }}) = 1
{%- endmacro %}
{% macro snowflake__deduplicate(relation, partition_by, order_by) -%}
select * from {{ relation }} qualify row_number() over (partition by {{ partition_by }} order by {{ order_by }}) = 1
{%- endmacro %}
{% macro databricks__deduplicate(relation, partition_by, order_by) -%}
select * from {{ relation }} qualify row_number() over (partition by {{ partition_by }} order by {{ order_by }}) = 1
{%- endmacro %}
{% macro postgres__deduplicate(relation, partition_by, order_by) -%}
select distinct on ({{ partition_by }}) * from {{ relation }} order by {{ partition_by }}{{ ',' ~ order_by }}
{%- endmacro %}
{% macro bigquery__deduplicate(relation, partition_by, order_by) -%}
select unique.* from (
    select array_agg(original order by {{ order_by }} limit 1)[offset(0)] unique
    from {{ relation }} original
    group by {{ partition_by }}
)
{%- endmacro %}

{% macro nullcheck(cols) -%}
{%- for column in cols -%}
{%- if column.is_string() -%}nullif({{ column.name }}, '') as {{ column.name }}{%- else -%}{{ column.name }}{%- endif -%}
{%- if not loop.last %},
{% endif -%}
{%- endfor -%}
{%- endmacro %}
{% macro nullcheck_table(relation) -%}
select
{{ dbt_utils.nullcheck(adapter.get_columns_in_relation(relation)) }}
from {{ relation }}
{%- endmacro %}

{# ---- rows ---- #}
{% macro generate_series(upper_bound) %}{{ return(dbt.default__generate_series(upper_bound)) }}{% endmacro %}
{% macro date_spine(datepart, start_date, end_date) -%}
{{ dbt._dates_from_numbers(datepart, start_date, end_date, dbt_utils.generate_series(dbt._enough_dates()), 'row_number() over (order by generated_number) - 1') }}
{%- endmacro %}
{% macro get_powers_of_two(upper_bound) %}{{ return(dbt.get_powers_of_two(upper_bound)) }}{% endmacro %}
{% macro get_intervals_between(start_date, end_date, datepart) %}{{ return(dbt.get_intervals_between(start_date, end_date, datepart)) }}{% endmacro %}

{# ---- checks of arguments: what is wrong with them shows elsewhere ---- #}
{% macro _is_relation(obj, macro) %}{% endmacro %}
{% macro _is_ephemeral(obj, macro) %}{% endmacro %}

{# ---- texts ---- #}
{% macro slugify(string) -%}
{%- set text = modules.re.sub('[ -]+', '_', string | lower) -%}
{%- set text = modules.re.sub('[^a-z0-9_]+', '', text) -%}
{{ return(modules.re.sub('^([0-9])', '_\\1', text)) }}
{%- endmacro %}
{% macro pretty_time(format='%H:%M:%S') %}{{ return(modules.datetime.datetime.now().strftime(format)) }}{% endmacro %}
{% macro pretty_log_format(message) %}{{ return(dbt_utils.pretty_time() ~ ' + ' ~ message) }}{% endmacro %}
{% macro log_info(message) %}{{ return('') }}{% endmacro %}
{% macro get_url_parameter(field, url_parameter) -%}
{%- set wanted = "'" ~ url_parameter ~ "='" -%}
nullif({{ dbt.split_part(dbt.split_part(field, wanted, 2), "'&'", 1) }}, '')
{%- endmacro %}
{% macro get_url_host(field) -%}
{%- set bare = dbt.replace(dbt.replace(dbt.replace(field, "'android-app://'", "''"), "'http://'", "''"), "'https://'", "''") -%}
{{ dbt.safe_cast(dbt.split_part(dbt.split_part(bare, "'/'", 1), "'?'", 1), dbt.type_string()) }}
{%- endmacro %}
{% macro get_url_path(field) -%}
{%- set bare = dbt.replace(dbt.replace(field, "'http://'", "''"), "'https://'", "''") -%}
{%- set start = "coalesce(nullif(" ~ dbt.position("'/'", bare) ~ ", 0), " ~ dbt.position("'?'", bare) ~ " - 1)" -%}
{{ dbt.safe_cast(dbt.split_part(dbt.right(bare, dbt.length(bare) ~ '-' ~ start), "'?'", 1), dbt.type_string()) }}
{%- endmacro %}

{# ---- spellings that moved to dbt ---- #}
{% macro concat(fields) %}{{ return(dbt.concat(fields)) }}{% endmacro %}
{% macro hash(field) %}{{ return(dbt.hash(field)) }}{% endmacro %}
{% macro type_string() %}{{ return(dbt.type_string()) }}{% endmacro %}
{% macro type_timestamp() %}{{ return(dbt.type_timestamp()) }}{% endmacro %}
{% macro type_int() %}{{ return(dbt.type_int()) }}{% endmacro %}
{% macro type_bigint() %}{{ return(dbt.type_bigint()) }}{% endmacro %}
{% macro type_float() %}{{ return(dbt.type_float()) }}{% endmacro %}
{% macro type_numeric() %}{{ return(dbt.type_numeric()) }}{% endmacro %}
{% macro dateadd(datepart, interval, from_date_or_timestamp) %}{{ return(dbt.dateadd(datepart, interval, from_date_or_timestamp)) }}{% endmacro %}
{% macro datediff(first_date, second_date, datepart) %}{{ return(dbt.datediff(first_date, second_date, datepart)) }}{% endmacro %}
{% macro date_trunc(datepart, date) %}{{ return(dbt.date_trunc(datepart, date)) }}{% endmacro %}
{% macro last_day(date, datepart) %}{{ return(dbt.last_day(date, datepart)) }}{% endmacro %}
{% macro safe_cast(field, type) %}{{ return(dbt.safe_cast(field, type)) }}{% endmacro %}
{% macro split_part(string_text, delimiter_text, part_number) %}{{ return(dbt.split_part(string_text, delimiter_text, part_number)) }}{% endmacro %}
{% macro current_timestamp() %}{{ return(dbt.current_timestamp()) }}{% endmacro %}
