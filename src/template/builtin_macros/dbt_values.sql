{# What dbt itself brings along for types, texts, aggregates and arrays, for every kind of warehouse. #}

{# ---- types: the names that the adapter's columns go by ---- #}
{% macro type_string() %}{{ return(adapter.dispatch('type_string', 'dbt')()) }}{% endmacro %}
{% macro default__type_string() %}{{ return(api.Column.translate_type('string')) }}{% endmacro %}
{% macro trino__type_string() %}varchar{% endmacro %}

{% macro type_timestamp() %}{{ return(adapter.dispatch('type_timestamp', 'dbt')()) }}{% endmacro %}
{% macro default__type_timestamp() %}{{ return(api.Column.translate_type('timestamp')) }}{% endmacro %}
{% macro fabric__type_timestamp() %}{{ return('datetime2(6)' if target.type == 'fabric' else 'DATETIME2(6)') }}{% endmacro %}

{% macro type_float() %}{{ return(adapter.dispatch('type_float', 'dbt')()) }}{% endmacro %}
{% macro default__type_float() %}{{ return(api.Column.translate_type('float')) }}{% endmacro %}
{% macro trino__type_float() %}double{% endmacro %}
{% macro athena__type_float() %}DOUBLE{% endmacro %}

{% macro type_numeric() %}{{ return(adapter.dispatch('type_numeric', 'dbt')()) }}{% endmacro %}
{% macro default__type_numeric() %}{{ return(api.Column.numeric_type('numeric', 28, 6)) }}{% endmacro %}
{% macro trino__type_numeric() %}decimal(28, 6){% endmacro %}
{% macro athena__type_numeric() %}DECIMAL(38,6){% endmacro %}

{% macro type_bigint() %}{{ return(adapter.dispatch('type_bigint', 'dbt')()) }}{% endmacro %}
{% macro default__type_bigint() %}{{ return(api.Column.translate_type('bigint')) }}{% endmacro %}

{% macro type_int() %}{{ return(adapter.dispatch('type_int', 'dbt')()) }}{% endmacro %}
{% macro default__type_int() %}{{ return(api.Column.translate_type('integer')) }}{% endmacro %}
{% macro athena__type_int() %}INTEGER{% endmacro %}

{% macro type_boolean() %}{{ return(adapter.dispatch('type_boolean', 'dbt')()) }}{% endmacro %}
{% macro default__type_boolean() %}{{ return(api.Column.translate_type('boolean')) }}{% endmacro %}

{# ---- texts ---- #}
{% macro concat(fields) %}{{ return(adapter.dispatch('concat', 'dbt')(fields)) }}{% endmacro %}
{% macro default__concat(fields) %}{{ fields | join(' || ') }}{% endmacro %}
{% macro spark__concat(fields) %}concat({{ fields | join(', ') }}){% endmacro %}
{% macro fabric__concat(fields) %}{% if fields | length == 1 %}{{ fields[0] }}{% else %}concat({{ fields | join(', ') }}){% endif %}{% endmacro %}

{% macro hash(field) %}{{ return(adapter.dispatch('hash', 'dbt')(field)) }}{% endmacro %}
{% macro default__hash(field) %}md5(cast({{ field }} as {{ dbt.type_string() }})){% endmacro %}
{% macro bigquery__hash(field) %}to_hex({{ dbt.default__hash(field) }}){% endmacro %}
{% macro trino__hash(field) %}lower(to_hex(md5(to_utf8(cast({{ field }} as varchar))))){% endmacro %}
{% macro athena__hash(field) %}{{ dbt.trino__hash(field) }}{% endmacro %}
{% macro clickhouse__hash(field) %}lower(hex(MD5(toString({{ field }})))){% endmacro %}
{% macro fabric__hash(field) %}lower(convert(varchar(50), hashbytes('md5', coalesce(convert(varchar({{ 'max' if target.type == 'fabric' else '8000' }}), {{ field }}), '')), 2)){% endmacro %}

{% macro string_literal(value) %}{{ return(adapter.dispatch('string_literal', 'dbt')(value)) }}{% endmacro %}
{% macro default__string_literal(value) %}'{{ value }}'{% endmacro %}
{% macro bigquery__string_literal(value) %}'''{{ value }}'''{% endmacro %}

{% macro escape_single_quotes(expression) %}{{ return(adapter.dispatch('escape_single_quotes', 'dbt')(expression)) }}{% endmacro %}
{% macro default__escape_single_quotes(expression) %}{{ expression | replace("'", "''") }}{% endmacro %}
{% macro bigquery__escape_single_quotes(expression) %}{{ expression | replace("'", "\\'") }}{% endmacro %}
{% macro spark__escape_single_quotes(expression) %}{{ expression | replace("'", "\\'") }}{% endmacro %}
{% macro snowflake__escape_single_quotes(expression) %}{{ expression | replace("'", "\\'") }}{% endmacro %}

{% macro length(expression) %}{{ return(adapter.dispatch('length', 'dbt')(expression)) }}{% endmacro %}
{% macro default__length(expression) %}length({{ expression }}){% endmacro %}
{% macro redshift__length(expression) %}len({{ expression }}){% endmacro %}
{% macro fabric__length(expression) %}len({{ expression }}){% endmacro %}

{% macro position(substring_text, string_text) %}{{ return(adapter.dispatch('position', 'dbt')(substring_text, string_text)) }}{% endmacro %}
{% macro default__position(substring_text, string_text) %}position({{ substring_text }} in {{ string_text }}){% endmacro %}
{% macro bigquery__position(substring_text, string_text) %}strpos({{ string_text }}, {{ substring_text }}){% endmacro %}
{% macro fabric__position(substring_text, string_text) %}CHARINDEX({{ substring_text }}, {{ string_text }}){% endmacro %}

{% macro replace(field, old_chars, new_chars) %}{{ return(adapter.dispatch('replace', 'dbt')(field, old_chars, new_chars)) }}{% endmacro %}
{% macro default__replace(field, old_chars, new_chars) %}replace({{ field }}, {{ old_chars }}, {{ new_chars }}){% endmacro %}
{% macro clickhouse__replace(field, old_chars, new_chars) %}replaceAll({{ field }}, '{{ old_chars }}', '{{ new_chars }}'){% endmacro %}

{% macro right(string_text, length_expression) %}{{ return(adapter.dispatch('right', 'dbt')(string_text, length_expression)) }}{% endmacro %}
{% macro default__right(string_text, length_expression) %}right({{ string_text }}, {{ length_expression }}){% endmacro %}
{% macro snowflake__right(string_text, length_expression) %}case when {{ length_expression }} = 0 then '' else right({{ string_text }}, {{ length_expression }}) end{% endmacro %}
{% macro bigquery__right(string_text, length_expression) %}case when {{ length_expression }} = 0 then '' else substr({{ string_text }}, -1 * ({{ length_expression }})) end{% endmacro %}
{% macro trino__right(string_text, length_expression) %}{{ dbt.bigquery__right(string_text, length_expression) }}{% endmacro %}
{% macro athena__right(string_text, length_expression) %}{{ dbt.bigquery__right(string_text, length_expression) }}{% endmacro %}

{% macro split_part(string_text, delimiter_text, part_number) %}{{ return(adapter.dispatch('split_part', 'dbt')(string_text, delimiter_text, part_number)) }}{% endmacro %}
{% macro default__split_part(string_text, delimiter_text, part_number) %}split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }}){% endmacro %}
{% macro postgres__split_part(string_text, delimiter_text, part_number) -%}
{#- A negative number counts from the end, which these know only by the number of parts. -#}
{%- set from_end = 'length(' ~ string_text ~ ') - length(replace(' ~ string_text ~ ', ' ~ delimiter_text ~ ", '')) + 2 + " ~ part_number -%}
{{ dbt.default__split_part(string_text, delimiter_text, part_number if part_number >= 0 else from_end) }}
{%- endmacro %}
{% macro trino__split_part(string_text, delimiter_text, part_number) %}{{ dbt.postgres__split_part(string_text, delimiter_text, part_number) }}{% endmacro %}
{% macro _zero_based_part(string_text, delimiter_text, part_number) -%}
{{ return(part_number - 1 if part_number >= 0 else 'length(' ~ string_text ~ ') - length(replace(' ~ string_text ~ ', ' ~ delimiter_text ~ ", '')) + 1 + " ~ part_number) }}
{%- endmacro %}
{% macro bigquery__split_part(string_text, delimiter_text, part_number) %}split({{ string_text }}, {{ delimiter_text }})[safe_offset({{ dbt._zero_based_part(string_text, delimiter_text, part_number) }})]{% endmacro %}
{% macro _split_by_pattern(string_text, delimiter_text) -%}
split({{ string_text }}, case when regexp_extract({{ delimiter_text }}, '([^A-Za-z0-9])(.*)', 1) != '_' then concat('\\', {{ delimiter_text }}) else {{ delimiter_text }} end)
{%- endmacro %}
{% macro spark__split_part(string_text, delimiter_text, part_number) %}{{ dbt._split_by_pattern(string_text, delimiter_text) }}[({{ dbt._zero_based_part(string_text, delimiter_text, part_number) }})]{% endmacro %}
{% macro databricks__split_part(string_text, delimiter_text, part_number) %}get({{ dbt._split_by_pattern(string_text, delimiter_text) }}, {{ dbt._zero_based_part(string_text, delimiter_text, part_number) }}){% endmacro %}
{% macro duckdb__split_part(string_text, delimiter_text, part_number) %}string_split({{ string_text }}, {{ delimiter_text }})[ {{ part_number }} ]{% endmacro %}
{% macro clickhouse__split_part(string_text, delimiter_text, part_number) %}splitByString({{ delimiter_text }}, {{ string_text }})[{{ part_number }}]{% endmacro %}
{% macro fabric__split_part(string_text, delimiter_text, part_number) -%}
(select value from (select value, row_number() over (order by ordinal asc) as forward_index, row_number() over (order by ordinal desc) as backward_index
from string_split(replace({{ string_text }}, {{ delimiter_text }}, char(1)), char(1), 1)) as SplitData
where {{ 'forward' if part_number > 0 else 'backward' }}_index = {{ part_number | abs }})
{%- endmacro %}
{% macro sqlserver__split_part(string_text, delimiter_text, part_number) -%}
{%- set at = part_number if part_number >= 0 else 'position() = last()' ~ part_number ~ '+1][1' -%}
LTRIM(CAST(('<X>'+REPLACE({{ string_text }}, {{ delimiter_text }}, '</X><X>')+'</X>') AS XML).value('(/X)[{{ at }}]', 'VARCHAR(128)'))
{%- endmacro %}

{% macro cast_bool_to_text(field) %}{{ return(adapter.dispatch('cast_bool_to_text', 'dbt')(field)) }}{% endmacro %}
{% macro default__cast_bool_to_text(field) %}cast({{ field }} as {{ dbt.type_string() }}){% endmacro %}
{% macro trino__cast_bool_to_text(field) %}cast({{ field }} as VARCHAR){% endmacro %}
{% macro redshift__cast_bool_to_text(field) %}case when {{ field }} is true then 'true' when {{ field }} is false then 'false' end::text{% endmacro %}
{% macro clickhouse__cast_bool_to_text(field) %}multiIf({{ field }} > 0, 'true', {{ field }} = 0, 'false', NULL){% endmacro %}
{% macro fabric__cast_bool_to_text(field) %}case {{ field }} when 1 then 'true' when 0 then 'false' else null end{% endmacro %}

{% macro cast(field, type) %}{{ return(adapter.dispatch('cast', 'dbt')(field, type)) }}{% endmacro %}
{% macro default__cast(field, type) %}cast({{ field }} as {{ type }}){% endmacro %}

{% macro safe_cast(field, type) %}{{ return(adapter.dispatch('safe_cast', 'dbt')(field, type)) }}{% endmacro %}
{% macro default__safe_cast(field, type) %}cast({{ field }} as {{ type }}){% endmacro %}
{% macro bigquery__safe_cast(field, type) %}safe_cast({{ field }} as {{ type }}){% endmacro %}
{% macro snowflake__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
{% macro trino__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
{% macro athena__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
{% macro fabric__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
{% macro clickhouse__safe_cast(field, type) %}CAST({{ field }} AS {{ type }}){% endmacro %}

{% macro equals(expr1, expr2) %}{{ return(adapter.dispatch('equals', 'dbt')(expr1, expr2)) }}{% endmacro %}
{% macro default__equals(expr1, expr2) %}case when (({{ expr1 }} = {{ expr2 }}) or ({{ expr1 }} is null and {{ expr2 }} is null)) then 0 else 1 end = 0{% endmacro %}

{# ---- aggregates ---- #}
{% macro any_value(expression) %}{{ return(adapter.dispatch('any_value', 'dbt')(expression)) }}{% endmacro %}
{% macro default__any_value(expression) %}any_value({{ expression }}){% endmacro %}
{% macro postgres__any_value(expression) %}min({{ expression }}){% endmacro %}
{% macro trino__any_value(expression) %}min({{ expression }}){% endmacro %}
{% macro fabric__any_value(expression) %}min({{ expression }}){% endmacro %}
{% macro spark__any_value(expression) %}first({{ expression }}){% endmacro %}
{% macro duckdb__any_value(expression) %}arbitrary({{ expression }}){% endmacro %}
{% macro athena__any_value(expression) %}arbitrary({{ expression }}){% endmacro %}
{% macro clickhouse__any_value(expression) %}any({{ expression }}){% endmacro %}

{% macro bool_or(expression) %}{{ return(adapter.dispatch('bool_or', 'dbt')(expression)) }}{% endmacro %}
{% macro default__bool_or(expression) %}bool_or({{ expression }}){% endmacro %}
{% macro bigquery__bool_or(expression) %}logical_or({{ expression }}){% endmacro %}
{% macro snowflake__bool_or(expression) %}boolor_agg({{ expression }}){% endmacro %}
{% macro spark__bool_or(expression) %}max({{ expression }}){% endmacro %}
{% macro clickhouse__bool_or(expression) %}max({{ expression }}) > 0{% endmacro %}
{% macro fabric__bool_or(expression) %}MAX(CASE WHEN {{ expression }} THEN 1 ELSE 0 END){% endmacro %}
{% macro sqlserver__bool_or(expression) %}bool_or({{ expression }}){% endmacro %}

{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
{{ return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, limit_num)) }}
{%- endmacro %}
{% macro default__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- set order = ' within group (' ~ order_by_clause ~ ')' if order_by_clause else '' -%}
{%- if limit_num -%}
array_to_string(array_slice(array_agg({{ measure }}){{ order }}, 0, {{ limit_num }}), {{ delimiter_text }})
{%- else -%}
listagg({{ measure }}, {{ delimiter_text }}){{ order }}
{%- endif -%}
{%- endmacro %}
{% macro bigquery__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
string_agg({{ measure }}, {{ delimiter_text }}{% if order_by_clause %} {{ order_by_clause }}{% endif %}{% if limit_num %} limit {{ limit_num }}{% endif %})
{%- endmacro %}
{% macro _ordered_array(measure, order_by_clause) %}array_agg({{ measure }}{% if order_by_clause %} {{ order_by_clause }}{% endif %}){% endmacro %}
{% macro _ordered_texts(measure, delimiter_text, order_by_clause) %}string_agg({{ measure }}, {{ delimiter_text }}{% if order_by_clause %} {{ order_by_clause }}{% endif %}){% endmacro %}
{% macro postgres__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- if limit_num -%}
array_to_string(({{ dbt._ordered_array(measure, order_by_clause) }})[1:{{ limit_num }}], {{ delimiter_text }})
{%- else -%}
{{ dbt._ordered_texts(measure, delimiter_text, order_by_clause) }}
{%- endif -%}
{%- endmacro %}
{% macro duckdb__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- if limit_num -%}
list_aggr(({{ dbt._ordered_array(measure, order_by_clause) }})[1:{{ limit_num }}], 'string_agg', {{ delimiter_text }})
{%- else -%}
{{ dbt._ordered_texts(measure, delimiter_text, order_by_clause) }}
{%- endif -%}
{%- endmacro %}
{% macro redshift__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- set whole = dbt.default__listagg(measure, delimiter_text, order_by_clause, none) -%}
{%- if limit_num -%}
{%- set mark = '\\\\' ~ (delimiter_text | trim("'")) -%}
regexp_substr({{ whole }}, '([^{{ mark }}]+{{ mark }}){1,{{ limit_num - 1 }}}[^{{ mark }}]+')
{%- else -%}
{{ whole }}
{%- endif -%}
{%- endmacro %}
{% macro _array_joined(array, delimiter_text, limit_num) %}array_join({% if limit_num %}slice({{ array }}, 1, {{ limit_num }}){% else %}{{ array }}{% endif %}, {{ delimiter_text }}){% endmacro %}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) %}{{ dbt._array_joined('collect_list(' ~ measure ~ ')', delimiter_text, limit_num) }}{% endmacro %}
{% macro trino__listagg(measure, delimiter_text, order_by_clause, limit_num) %}{{ dbt._array_joined(dbt._ordered_array(measure, order_by_clause), delimiter_text, limit_num) }}{% endmacro %}
{% macro athena__listagg(measure, delimiter_text, order_by_clause, limit_num) %}{{ dbt.trino__listagg(measure, delimiter_text, order_by_clause, limit_num) }}{% endmacro %}
{% macro clickhouse__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- set array = 'array_agg(' ~ measure ~ ')' -%}
{%- if order_by_clause -%}
{%- set by = (order_by_clause | lower).replace('order by', '') | trim -%}
{%- set array = 'arrayMap(x -> x.1, arraySort(x -> x.2, arrayZip(' ~ array ~ ', array_agg(' ~ by ~ '))))' -%}
{%- endif -%}
arrayStringConcat({% if limit_num %}arraySlice({{ array }}, 1, {{ limit_num }}){% else %}{{ array }}{% endif %}, {{ delimiter_text }})
{%- endmacro %}
{% macro fabric__listagg(measure, delimiter_text, order_by_clause, limit_num) %}string_agg({{ measure }}, {{ delimiter_text }}){% if order_by_clause %} within group ({{ order_by_clause }}){% endif %}{% endmacro %}

{# ---- arrays ---- #}
{% macro array_construct(inputs=[], data_type=api.Column.translate_type('integer')) %}{{ return(adapter.dispatch('array_construct', 'dbt')(inputs, data_type)) }}{% endmacro %}
{% macro default__array_construct(inputs, data_type) %}{% if inputs | length > 0 %}array[ {{ inputs | join(' , ') }} ]{% else %}array[]::{{ data_type }}[]{% endif %}{% endmacro %}
{% macro bigquery__array_construct(inputs, data_type) %}{% if inputs | length > 0 %}[ {{ inputs | join(' , ') }} ]{% else %}ARRAY<{{ data_type }}>[]{% endif %}{% endmacro %}
{% macro snowflake__array_construct(inputs, data_type) %}array_construct({{ inputs | join(' , ') }}){% endmacro %}
{% macro spark__array_construct(inputs, data_type) %}array({{ inputs | join(' , ') }}){% endmacro %}
{% macro redshift__array_construct(inputs, data_type) %}array({{ inputs | join(' , ') }}){% endmacro %}
{% macro trino__array_construct(inputs, data_type) %}{% if inputs | length > 0 %}array[ {{ inputs | join(' , ') }} ]{% else %}null{% endif %}{% endmacro %}
{% macro athena__array_construct(inputs, data_type) %}{% if inputs | length > 0 %}array[ {{ inputs | join(' , ') }} ]{% else %}try_cast(array[] as array({{ data_type }})){% endif %}{% endmacro %}
{% macro clickhouse__array_construct(inputs, data_type) %}{% if inputs | length > 0 %}[ {{ inputs | join(' , ') }} ]{% else %}emptyArray{{ data_type }}(){% endif %}{% endmacro %}
{% macro fabric__array_construct(inputs, data_type) %}JSON_ARRAY({% if inputs | length > 0 %}{{ inputs | join(' , ') }}{% elif target.type == 'fabric' %}NULL{% endif %}){% endmacro %}

{% macro array_append(array, new_element) %}{{ return(adapter.dispatch('array_append', 'dbt')(array, new_element)) }}{% endmacro %}
{% macro default__array_append(array, new_element) %}array_append({{ array }}, {{ new_element }}){% endmacro %}
{% macro bigquery__array_append(array, new_element) %}{{ dbt.array_concat(array, dbt.array_construct([new_element])) }}{% endmacro %}
{% macro redshift__array_append(array, new_element) %}{{ dbt.bigquery__array_append(array, new_element) }}{% endmacro %}
{% macro spark__array_append(array, new_element) %}{{ dbt.bigquery__array_append(array, new_element) }}{% endmacro %}
{% macro trino__array_append(array, new_element) %}{{ dbt.bigquery__array_append(array, new_element) }}{% endmacro %}
{% macro athena__array_append(array, new_element) %}{{ array }} || {{ new_element }}{% endmacro %}
{% macro clickhouse__array_append(array, new_element) %}arrayPushBack({{ array }}, {{ new_element }}){% endmacro %}
{% macro fabric__array_append(array, new_element) %}JSON_MODIFY({{ array }}, 'append $', {{ new_element }}){% endmacro %}

{% macro array_concat(array_1, array_2) %}{{ return(adapter.dispatch('array_concat', 'dbt')(array_1, array_2)) }}{% endmacro %}
{% macro default__array_concat(array_1, array_2) %}array_cat({{ array_1 }}, {{ array_2 }}){% endmacro %}
{% macro bigquery__array_concat(array_1, array_2) %}array_concat({{ array_1 }}, {{ array_2 }}){% endmacro %}
{% macro redshift__array_concat(array_1, array_2) %}array_concat({{ array_1 }}, {{ array_2 }}){% endmacro %}
{% macro spark__array_concat(array_1, array_2) %}concat({{ array_1 }}, {{ array_2 }}){% endmacro %}
{% macro trino__array_concat(array_1, array_2) %}concat({{ array_1 }}, {{ array_2 }}){% endmacro %}
{% macro athena__array_concat(array_1, array_2) %}{{ array_1 }} || {{ array_2 }}{% endmacro %}
{% macro clickhouse__array_concat(array_1, array_2) %}arrayConcat({{ array_1 }}, {{ array_2 }}){% endmacro %}
