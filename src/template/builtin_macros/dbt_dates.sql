{# What dbt itself brings along for dates and rows of dates. #}

{% macro current_timestamp() %}{{ return(adapter.dispatch('current_timestamp', 'dbt')()) }}{% endmacro %}
{% macro default__current_timestamp() %}current_timestamp{% endmacro %}
{% macro postgres__current_timestamp() %}now(){% endmacro %}
{% macro redshift__current_timestamp() %}getdate(){% endmacro %}
{% macro bigquery__current_timestamp() %}current_timestamp(){% endmacro %}
{% macro spark__current_timestamp() %}current_timestamp(){% endmacro %}
{% macro snowflake__current_timestamp() %}convert_timezone('UTC', current_timestamp()){% endmacro %}
{% macro duckdb__current_timestamp() %}now(){% endmacro %}
{% macro clickhouse__current_timestamp() %}now(){% endmacro %}
{% macro athena__current_timestamp() %}cast(now() as timestamp){% endmacro %}
{% macro fabric__current_timestamp() %}CAST(SYSDATETIME() AS DATETIME2(6)){% endmacro %}
{% macro current_timestamp_backcompat() %}{{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}{% endmacro %}
{% macro default__current_timestamp_backcompat() %}current_timestamp::timestamp{% endmacro %}
{% macro bigquery__current_timestamp_backcompat() %}current_timestamp{% endmacro %}
{% macro redshift__current_timestamp_backcompat() %}getdate(){% endmacro %}
{% macro current_timestamp_in_utc_backcompat() %}{{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}{% endmacro %}
{% macro default__current_timestamp_in_utc_backcompat() %}{{ dbt.current_timestamp_backcompat() }}{% endmacro %}
{% macro snowflake__current_timestamp_in_utc_backcompat() %}convert_timezone('UTC', {{ dbt.current_timestamp_backcompat() }})::{{ dbt.type_timestamp() }}{% endmacro %}
{% macro postgres__current_timestamp_in_utc_backcompat() %}(current_timestamp at time zone 'utc')::{{ dbt.type_timestamp() }}{% endmacro %}
{% macro redshift__current_timestamp_in_utc_backcompat() %}getdate(){% endmacro %}

{% macro snapshot_get_time() %}{{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}{% endmacro %}
{% macro default__snapshot_get_time() %}{{ dbt.current_timestamp() }}{% endmacro %}
{% macro snowflake__snapshot_get_time() %}to_timestamp_ntz({{ dbt.current_timestamp() }}){% endmacro %}
{% macro postgres__snapshot_get_time() %}{{ dbt.current_timestamp() }}::timestamp without time zone{% endmacro %}
{% macro redshift__snapshot_get_time() %}{{ dbt.current_timestamp() }}::timestamp{% endmacro %}
{% macro duckdb__snapshot_get_time() %}{{ dbt.current_timestamp() }}::timestamp{% endmacro %}
{% macro snapshot_string_as_time(timestamp) %}{{ return(adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp)) }}{% endmacro %}
{% macro default__snapshot_string_as_time(timestamp) %}'{{ timestamp }}'::timestamp{% endmacro %}
{% macro postgres__snapshot_string_as_time(timestamp) %}{{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}{% endmacro %}
{% macro redshift__snapshot_string_as_time(timestamp) %}{{ return("'" ~ timestamp ~ "'::timestamp") }}{% endmacro %}
{% macro snowflake__snapshot_string_as_time(timestamp) %}{{ return("to_timestamp_ntz('" ~ timestamp ~ "')") }}{% endmacro %}
{% macro bigquery__snapshot_string_as_time(timestamp) %}{{ return('TIMESTAMP("' ~ timestamp ~ '")') }}{% endmacro %}
{% macro spark__snapshot_string_as_time(timestamp) %}{{ return("to_timestamp('" ~ timestamp ~ "')") }}{% endmacro %}
{% macro trino__snapshot_string_as_time(timestamp) %}{{ return("timestamp '" ~ timestamp ~ "'") }}{% endmacro %}
{% macro clickhouse__snapshot_string_as_time(timestamp) %}{{ return("toDateTime('" ~ timestamp ~ "')") }}{% endmacro %}
{% macro fabric__snapshot_string_as_time(timestamp) %}{{ return("CONVERT(DATETIME2(6), '" ~ timestamp ~ "')") }}{% endmacro %}

{% macro date(year, month, day) %}{{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}{% endmacro %}
{% macro default__date(year, month, day) %}to_date('{{ '%04d-%02d-%02d' % (year, month, day) }}', 'YYYY-MM-DD'){% endmacro %}
{% macro spark__date(year, month, day) %}to_date('{{ '%04d-%02d-%02d' % (year, month, day) }}', 'yyyy-MM-dd'){% endmacro %}
{% macro bigquery__date(year, month, day) %}date({{ year }}, {{ month }}, {{ day }}){% endmacro %}
{% macro duckdb__date(year, month, day) %}make_date({{ year }}, {{ month }}, {{ day }}){% endmacro %}

{% macro date_trunc(datepart, date) %}{{ return(adapter.dispatch('date_trunc', 'dbt')(datepart, date)) }}{% endmacro %}
{% macro default__date_trunc(datepart, date) %}date_trunc('{{ datepart }}', {{ date }}){% endmacro %}
{% macro bigquery__date_trunc(datepart, date) %}timestamp_trunc(cast({{ date }} as timestamp), {{ datepart }}){% endmacro %}
{% macro fabric__date_trunc(datepart, date) %}CAST(DATEADD({{ datepart }}, DATEDIFF({{ datepart }}, 0, {{ date }}), 0) AS DATE){% endmacro %}

{% macro dateadd(datepart, interval, from_date_or_timestamp) %}{{ return(adapter.dispatch('dateadd', 'dbt')(datepart, interval, from_date_or_timestamp)) }}{% endmacro %}
{% macro default__dateadd(datepart, interval, from_date_or_timestamp) %}dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }}){% endmacro %}
{% macro bigquery__dateadd(datepart, interval, from_date_or_timestamp) %}datetime_add(cast({{ from_date_or_timestamp }} as datetime), interval {{ interval }} {{ datepart }}){% endmacro %}
{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}{{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }})){% endmacro %}
{% macro redshift__dateadd(datepart, interval, from_date_or_timestamp) %}dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }}){% endmacro %}
{% macro duckdb__dateadd(datepart, interval, from_date_or_timestamp) -%}
{%- set part = datepart | lower -%}
{%- set times = 'cast(' ~ interval ~ ' as bigint)' -%}
{%- if part == 'quarter' -%}
({{ from_date_or_timestamp }} + ({{ times }} * 3) * interval 1 month)
{%- elif part == 'week' -%}
({{ from_date_or_timestamp }} + ({{ times }} * 7) * interval 1 day)
{%- else -%}
({{ from_date_or_timestamp }} + {{ times }} * interval 1 {{ part }})
{%- endif -%}
{%- endmacro %}
{% macro databricks__dateadd(datepart, interval, from_date_or_timestamp) %}timestampadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }}){% endmacro %}
{% macro trino__dateadd(datepart, interval, from_date_or_timestamp) %}date_add('{{ datepart }}', {{ interval }}, {{ from_date_or_timestamp }}){% endmacro %}
{% macro athena__dateadd(datepart, interval, from_date_or_timestamp) %}date_add('{{ datepart }}', {{ interval }}, {{ from_date_or_timestamp }}){% endmacro %}
{% macro fabric__dateadd(datepart, interval, from_date_or_timestamp) %}dateadd({{ datepart }}, {{ interval }}, cast({{ from_date_or_timestamp }} as datetime2(6))){% endmacro %}

{% macro datediff(first_date, second_date, datepart) %}{{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}{% endmacro %}
{% macro default__datediff(first_date, second_date, datepart) %}datediff({{ datepart }}, {{ first_date }}, {{ second_date }}){% endmacro %}
{% macro redshift__datediff(first_date, second_date, datepart) %}datediff({{ datepart }}, {{ first_date }}, {{ second_date }}){% endmacro %}
{% macro databricks__datediff(first_date, second_date, datepart) %}timestampdiff({{ datepart }}, {{ dbt.date_trunc(datepart, first_date) }}, {{ dbt.date_trunc(datepart, second_date) }}){% endmacro %}
{% macro bigquery__datediff(first_date, second_date, datepart) %}datetime_diff(cast({{ second_date }} as datetime), cast({{ first_date }} as datetime), {{ datepart }}){% endmacro %}
{% macro _weeks_of_days(days, divide, first_day, second_day, first_date, second_date) -%}
({{ days }} {{ divide }} 7 + case
    when {{ first_day }} <= {{ second_day }} then case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
    else case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
end)
{%- endmacro %}
{% macro duckdb__datediff(first_date, second_date, datepart) -%}
{%- set part = datepart | lower -%}
{%- if part == 'week' -%}
{{ dbt._weeks_of_days(dbt.duckdb__datediff(first_date, second_date, 'day'), '//', "date_part('dow', (" ~ first_date ~ ')::timestamp)', "date_part('dow', (" ~ second_date ~ ')::timestamp)', first_date, second_date) }}
{%- else -%}
(date_diff('{{ part }}', {{ first_date }}::timestamp, {{ second_date }}::timestamp))
{%- endif -%}
{%- endmacro %}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
{%- set larger = {'quarter': 'year', 'month': 'year', 'week': 'day', 'hour': 'day', 'minute': 'hour', 'second': 'minute', 'millisecond': 'minute', 'microsecond': 'minute'} -%}
{%- set times = {'quarter': 4, 'month': 12, 'hour': 24, 'minute': 60, 'second': 60, 'millisecond': 60000, 'microsecond': 60000000} -%}
{%- set part = datepart | lower -%}
{%- set outer = dbt.postgres__datediff(first_date, second_date, larger[part]) if part in larger else '' -%}
{%- if part == 'year' -%}
(date_part('year', ({{ second_date }})::date) - date_part('year', ({{ first_date }})::date))
{%- elif part == 'day' -%}
(({{ second_date }})::date - ({{ first_date }})::date)
{%- elif part == 'week' -%}
{{ dbt._weeks_of_days(outer, '/', "date_part('dow', (" ~ first_date ~ ')::timestamp)', "date_part('dow', (" ~ second_date ~ ')::timestamp)', first_date, second_date) }}
{%- elif part in ('quarter', 'month') -%}
({{ outer }} * {{ times[part] }} + date_part('{{ part }}', ({{ second_date }})::date) - date_part('{{ part }}', ({{ first_date }})::date))
{%- elif part in ('hour', 'minute') -%}
({{ outer }} * {{ times[part] }} + date_part('{{ part }}', ({{ second_date }})::timestamp) - date_part('{{ part }}', ({{ first_date }})::timestamp))
{%- elif part in times -%}
({{ outer }} * {{ times[part] }} + floor(date_part('{{ part }}', ({{ second_date }})::timestamp)) - floor(date_part('{{ part }}', ({{ first_date }})::timestamp)))
{%- else -%}
{{ exceptions.raise_compiler_error('`datediff` has no part `' ~ datepart ~ '` on this warehouse') }}
{%- endif -%}
{%- endmacro %}
{% macro trino__datediff(first_date, second_date, datepart) -%}
{%- set larger = {'quarter': 'year', 'month': 'year', 'week': 'day', 'hour': 'day', 'minute': 'hour', 'second': 'minute'} -%}
{%- set times = {'quarter': 4, 'month': 12, 'hour': 24, 'minute': 60, 'second': 60} -%}
{%- set part = datepart | lower -%}
{%- set first = 'CAST(' ~ first_date ~ ' AS TIMESTAMP)' -%}
{%- set second = 'CAST(' ~ second_date ~ ' AS TIMESTAMP)' -%}
{%- set outer = dbt.trino__datediff(first_date, second_date, larger[part]) if part in larger else '' -%}
{%- if part == 'year' -%}
(year({{ second }}) - year({{ first }}))
{%- elif part in ('quarter', 'month') -%}
({{ outer }} * {{ times[part] }}) + {{ part }}({{ second }}) - {{ part }}({{ first }})
{%- elif part == 'day' -%}
((to_milliseconds((CAST({{ second }} AS DATE) - CAST({{ first }} AS DATE)))) / 86400000)
{%- elif part == 'week' -%}
{{ dbt._weeks_of_days(outer, '/', 'dow(' ~ first ~ ')', 'dow(' ~ second ~ ')', first_date, second_date) }}
{%- elif part in times -%}
({{ outer }} * {{ times[part] }} + {{ part }}({{ second }}) - {{ part }}({{ first }}))
{%- elif part == 'millisecond' -%}
(to_milliseconds(({{ second }} - {{ first }})))
{%- else -%}
{{ exceptions.raise_compiler_error('`datediff` has no part `' ~ datepart ~ '` on this warehouse') }}
{%- endif -%}
{%- endmacro %}
{% macro athena__datediff(first_date, second_date, datepart) %}{{ dbt.trino__datediff(first_date, second_date, datepart) }}{% endmacro %}

{% macro last_day(date, datepart) %}{{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}{% endmacro %}
{% macro default_last_day(date, datepart) %}cast({{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }} as date){% endmacro %}
{% macro default__last_day(date, datepart) %}{{ dbt.default_last_day(date, datepart) }}{% endmacro %}
{% macro postgres__last_day(date, datepart) -%}
{%- if datepart == 'quarter' -%}
cast({{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }} as date)
{%- else -%}
{{ dbt.default_last_day(date, datepart) }}
{%- endif -%}
{%- endmacro %}
{% macro duckdb__last_day(date, datepart) %}{{ dbt.postgres__last_day(date, datepart) }}{% endmacro %}
{% macro redshift__last_day(date, datepart) %}{{ dbt.default_last_day(date, datepart) }}{% endmacro %}
{% macro clickhouse__last_day(date, datepart) %}{{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }}{% endmacro %}
{% macro fabric__last_day(date, datepart) -%}
{%- if datepart == 'quarter' -%}
CAST(DATEADD(QUARTER, DATEDIFF(QUARTER, 0, {{ date }}) + 1, -1) AS DATE)
{%- elif datepart == 'month' -%}
EOMONTH({{ date }})
{%- elif datepart == 'year' -%}
CAST(DATEADD(YEAR, DATEDIFF(year, 0, {{ date }}) + 1, -1) AS DATE)
{%- else -%}
{{ dbt.default_last_day(date, datepart) }}
{%- endif -%}
{%- endmacro %}

{# ---- rows ---- #}
{% macro get_intervals_between(start_date, end_date, datepart) -%}
{%- call statement('get_intervals_between', fetch_result=True) -%}
select {{ dbt.datediff(start_date, end_date, datepart) }}
{%- endcall -%}
{%- set found = load_result('get_intervals_between') -%}
{{ return(found['data'][0][0] if execute else 1) }}
{%- endmacro %}

{% macro get_powers_of_two(upper_bound) -%}
{%- if upper_bound <= 0 -%}
{{ exceptions.raise_compiler_error('The upper bound must be positive.') }}
{%- endif -%}
{%- for power in range(1, 64) if upper_bound <= 2 ** power -%}
{%- if loop.first %}{{ return(power) }}{% endif -%}
{%- endfor -%}
{%- endmacro %}

{% macro generate_series(upper_bound) %}{{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}{% endmacro %}
{% macro default__generate_series(upper_bound) -%}
{%- set powers = dbt.get_powers_of_two(upper_bound) -%}
with p as (select 0 as generated_number union all select 1),
unioned as (
    select
    {% for power in range(powers) -%}
    p{{ power }}.generated_number * power(2, {{ power }}) {% if not loop.last %}+ {% endif %}
    {%- endfor %}
    + 1 as generated_number
    from {% for power in range(powers) %}p as p{{ power }}{% if not loop.last %} cross join {% endif %}{% endfor %}
)
select * from unioned where generated_number <= {{ upper_bound }} order by generated_number
{%- endmacro %}
{% macro duckdb__generate_series(upper_bound) %}select generate_series as generated_number from generate_series(1, {{ upper_bound }}){% endmacro %}

{# What is past the end is filtered out, so any number that is large enough gives the same dates; the exact one would
   have to be asked of the warehouse. #}
{% macro _enough_dates() %}{{ return(1048576) }}{% endmacro %}
{% macro _dates_from_numbers(datepart, start_date, end_date, numbers, position) -%}
with rawdata as ({{ numbers }}),
all_periods as (
    select ({{ dbt.dateadd(datepart, position, start_date) }}) as date_{{ datepart }} from rawdata
),
filtered as (select * from all_periods where date_{{ datepart }} <= {{ end_date }})
select * from filtered
{%- endmacro %}
{% macro date_spine(datepart, start_date, end_date) -%}
{{ dbt._dates_from_numbers(datepart, start_date, end_date, dbt.generate_series(dbt._enough_dates()), 'row_number() over (order by 1) - 1') }}
{%- endmacro %}

{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') -%}
{%- set start = modules.datetime.datetime.strptime(start_date_str, in_fmt) -%}
{%- set end = modules.datetime.datetime.strptime(end_date_str or start_date_str, in_fmt) -%}
{%- set days = [] -%}
{%- for at in range((end - start).days + 1) -%}
{%- do days.append((start + modules.datetime.timedelta(days=at)).strftime(out_fmt)) -%}
{%- endfor -%}
{{ return(days) }}
{%- endmacro %}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
{%- set days = (raw_partition_date | string).split(',') -%}
{{ return(dates_in_range(days[0], days[-1], in_fmt=date_fmt)) }}
{%- endmacro %}
{% macro py_current_timestring() %}{{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}{% endmacro %}
