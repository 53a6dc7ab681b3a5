{# What projects use most of dbt_date, for where the package is not installed. #}

{# ---- now and around it ---- #}
{% macro _zone(tz) %}{{ return(tz if tz else var('dbt_date:time_zone', 'UTC')) }}{% endmacro %}
{% macro convert_timezone(column, target_tz=none, source_tz=none) -%}
{{ return(adapter.dispatch('convert_timezone', 'dbt_date')(column, dbt_date._zone(target_tz), source_tz if source_tz else 'UTC')) }}
{%- endmacro %}
{% macro default__convert_timezone(column, target_tz, source_tz) %}convert_timezone('{{ source_tz }}', '{{ target_tz }}', cast({{ column }} as {{ dbt.type_timestamp() }})){% endmacro %}
{% macro bigquery__convert_timezone(column, target_tz, source_tz) %}timestamp(datetime({{ column }}, '{{ target_tz }}')){% endmacro %}
{% macro postgres__convert_timezone(column, target_tz, source_tz) %}cast(cast({{ column }} as {{ dbt.type_timestamp() }}) at time zone '{{ source_tz }}' at time zone '{{ target_tz }}' as {{ dbt.type_timestamp() }}){% endmacro %}
{% macro duckdb__convert_timezone(column, target_tz, source_tz) %}{{ dbt_date.postgres__convert_timezone(column, target_tz, source_tz) }}{% endmacro %}
{% macro redshift__convert_timezone(column, target_tz, source_tz) %}{{ dbt_date.default__convert_timezone(column, target_tz, source_tz) }}{% endmacro %}
{% macro spark__convert_timezone(column, target_tz, source_tz) %}from_utc_timestamp(to_utc_timestamp({{ column }}, '{{ source_tz }}'), '{{ target_tz }}'){% endmacro %}
{% macro trino__convert_timezone(column, target_tz, source_tz) %}cast((at_timezone(with_timezone(cast({{ column }} as {{ dbt.type_timestamp() }}), '{{ source_tz }}'), '{{ target_tz }}')) as {{ dbt.type_timestamp() }}){% endmacro %}

{% macro now(tz=none) %}{{ dbt_date.convert_timezone(dbt.current_timestamp(), tz) }}{% endmacro %}
{% macro today(tz=none) %}cast({{ dbt_date.now(tz) }} as date){% endmacro %}
{% macro tomorrow(date=none, tz=none) %}{{ dbt_date.n_days_away(1, date, tz) }}{% endmacro %}
{% macro yesterday(date=none, tz=none) %}{{ dbt_date.n_days_ago(1, date, tz) }}{% endmacro %}
{% macro n_days_ago(n, date=none, tz=none) -%}
{%- set day = date if date else dbt_date.today(tz) -%}
cast({{ dbt.dateadd('day', -1 * (n | int), day) }} as date)
{%- endmacro %}
{% macro n_days_away(n, date=none, tz=none) %}{{ dbt_date.n_days_ago(-1 * (n | int), date, tz) }}{% endmacro %}
{% macro n_weeks_ago(n, tz=none) %}{{ dbt.date_trunc('week', dbt.dateadd('week', -1 * (n | int), dbt_date.today(tz))) }}{% endmacro %}
{% macro n_weeks_away(n, tz=none) %}{{ dbt_date.n_weeks_ago(-1 * (n | int), tz) }}{% endmacro %}
{% macro n_months_ago(n, tz=none) %}{{ dbt.date_trunc('month', dbt.dateadd('month', -1 * (n | int), dbt_date.today(tz))) }}{% endmacro %}
{% macro n_months_away(n, tz=none) %}{{ dbt_date.n_months_ago(-1 * (n | int), tz) }}{% endmacro %}
{% macro last_week(tz=none) %}{{ dbt_date.n_weeks_ago(1, tz) }}{% endmacro %}
{% macro next_week(tz=none) %}{{ dbt_date.n_weeks_away(1, tz) }}{% endmacro %}
{% macro last_month(tz=none) %}{{ dbt_date.n_months_ago(1, tz) }}{% endmacro %}
{% macro next_month(tz=none) %}{{ dbt_date.n_months_away(1, tz) }}{% endmacro %}
{% macro last_month_name(short=True, tz=none) %}{{ dbt_date.month_name(dbt_date.last_month(tz), short) }}{% endmacro %}
{% macro next_month_name(short=True, tz=none) %}{{ dbt_date.month_name(dbt_date.next_month(tz), short) }}{% endmacro %}
{% macro last_month_number(tz=none) %}{{ dbt_date.date_part('month', dbt_date.last_month(tz)) }}{% endmacro %}
{% macro next_month_number(tz=none) %}{{ dbt_date.date_part('month', dbt_date.next_month(tz)) }}{% endmacro %}
{% macro periods_since(date_col, period_name='day', tz=none) %}{{ dbt.datediff(date_col, dbt_date.now(tz), period_name) }}{% endmacro %}
{% macro round_timestamp(timestamp) %}{{ dbt.date_trunc('day', dbt.dateadd('hour', 12, timestamp)) }}{% endmacro %}

{# ---- parts of dates ---- #}
{% macro date_part(datepart, date) %}{{ return(adapter.dispatch('date_part', 'dbt_date')(datepart, date)) }}{% endmacro %}
{% macro default__date_part(datepart, date) %}date_part('{{ datepart }}', {{ date }}){% endmacro %}
{% macro bigquery__date_part(datepart, date) %}extract({{ datepart }} from {{ date }}){% endmacro %}
{% macro trino__date_part(datepart, date) %}extract({{ datepart }} from {{ date }}){% endmacro %}
{% macro day_of_month(date) %}{{ dbt_date.date_part('day', date) }}{% endmacro %}

{% macro day_of_year(date) %}{{ return(adapter.dispatch('day_of_year', 'dbt_date')(date)) }}{% endmacro %}
{% macro default__day_of_year(date) %}{{ dbt_date.date_part('dayofyear', date) }}{% endmacro %}
{% macro postgres__day_of_year(date) %}{{ dbt_date.date_part('doy', date) }}{% endmacro %}
{% macro redshift__day_of_year(date) %}cast({{ dbt_date.date_part('dayofyear', date) }} as {{ dbt.type_bigint() }}){% endmacro %}
{% macro spark__day_of_year(date) %}dayofyear({{ date }}){% endmacro %}
{% macro trino__day_of_year(date) %}{{ dbt_date.date_part('day_of_year', date) }}{% endmacro %}

{% macro day_of_week(date, isoweek=true) %}{{ return(adapter.dispatch('day_of_week', 'dbt_date')(date, isoweek)) }}{% endmacro %}
{% macro default__day_of_week(date, isoweek) -%}
{%- set day = dbt_date.date_part('dayofweek', date) -%}
{%- if isoweek -%}
case when {{ day }} = 0 then 7 else {{ day }} end
{%- else -%}
{{ day }} + 1
{%- endif -%}
{%- endmacro %}
{% macro snowflake__day_of_week(date, isoweek) -%}
{%- set day = dbt_date.date_part('dayofweek', date) -%}
{%- if isoweek -%}
{{ dbt_date.date_part('dayofweekiso', date) }}
{%- else -%}
case when {{ day }} = 7 then 1 else {{ day }} + 1 end
{%- endif -%}
{%- endmacro %}
{% macro bigquery__day_of_week(date, isoweek) -%}
{%- set day = dbt_date.date_part('dayofweek', date) -%}
{%- if isoweek -%}case when {{ day }} = 1 then 7 else {{ day }} - 1 end{%- else -%}{{ day }}{%- endif -%}
{%- endmacro %}
{% macro postgres__day_of_week(date, isoweek) -%}
cast({% if isoweek %}{{ dbt_date.date_part('isodow', date) }}{% else %}{{ dbt_date.date_part('dow', date) }} + 1{% endif %} as {{ dbt.type_int() }})
{%- endmacro %}
{% macro duckdb__day_of_week(date, isoweek) %}{{ dbt_date.postgres__day_of_week(date, isoweek) }}{% endmacro %}
{% macro redshift__day_of_week(date, isoweek) -%}
{%- set day = dbt_date.date_part('dayofweek', date) -%}
{%- if isoweek -%}
case when {{ day }} = 0 then 7 else cast({{ day }} as {{ dbt.type_bigint() }}) end
{%- else -%}
cast({{ day }} + 1 as {{ dbt.type_bigint() }})
{%- endif -%}
{%- endmacro %}
{% macro spark__day_of_week(date, isoweek) %}{{ dbt_date.date_part('dayofweek_iso' if isoweek else 'dayofweek', date) }}{% endmacro %}
{% macro trino__day_of_week(date, isoweek) -%}
{%- set day = dbt_date.date_part('day_of_week', date) -%}
{%- if isoweek -%}{{ day }}{%- else -%}case when {{ day }} = 7 then 1 else {{ day }} + 1 end{%- endif -%}
{%- endmacro %}

{% macro day_name(date, short=True) %}{{ return(adapter.dispatch('day_name', 'dbt_date')(date, short)) }}{% endmacro %}
{% macro default__day_name(date, short) %}to_char({{ date }}, '{{ 'Dy' if short else 'Day' }}'){% endmacro %}
{% macro snowflake__day_name(date, short) -%}
{%- set names = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] -%}
case{% for name in names %} when {{ dbt_date.date_part('dayofweekiso', date) }} = {{ loop.index }} then '{{ name[:3] if short else name }}'{% endfor %} end
{%- endmacro %}
{% macro bigquery__day_name(date, short) %}format_date('{{ '%a' if short else '%A' }}', cast({{ date }} as date)){% endmacro %}
{% macro postgres__day_name(date, short) %}to_char({{ date }}, '{{ 'FMDy' if short else 'FMDay' }}'){% endmacro %}
{% macro duckdb__day_name(date, short) %}{% if short %}substr(dayname({{ date }}), 1, 3){% else %}dayname({{ date }}){% endif %}{% endmacro %}
{% macro spark__day_name(date, short) %}date_format({{ date }}, '{{ 'E' if short else 'EEEE' }}'){% endmacro %}
{% macro trino__day_name(date, short) %}date_format({{ date }}, '{{ '%a' if short else '%W' }}'){% endmacro %}

{% macro month_name(date, short=True, language='default') %}{{ return(adapter.dispatch('month_name', 'dbt_date')(date, short)) }}{% endmacro %}
{% macro default__month_name(date, short) %}to_char({{ date }}, '{{ 'MON' if short else 'MONTH' }}'){% endmacro %}
{% macro snowflake__month_name(date, short) %}to_char({{ date }}, '{{ 'MON' if short else 'MMMM' }}'){% endmacro %}
{% macro bigquery__month_name(date, short) %}format_date('{{ '%b' if short else '%B' }}', cast({{ date }} as date)){% endmacro %}
{% macro postgres__month_name(date, short) %}to_char({{ date }}, '{{ 'FMMon' if short else 'FMMonth' }}'){% endmacro %}
{% macro duckdb__month_name(date, short) %}{% if short %}substr(monthname({{ date }}), 1, 3){% else %}monthname({{ date }}){% endif %}{% endmacro %}
{% macro spark__month_name(date, short) %}date_format({{ date }}, '{{ 'MMM' if short else 'MMMM' }}'){% endmacro %}
{% macro trino__month_name(date, short) %}date_format({{ date }}, '{{ '%b' if short else '%M' }}'){% endmacro %}

{# ---- seconds since 1970 ---- #}
{% macro to_unixtimestamp(timestamp) %}{{ return(adapter.dispatch('to_unixtimestamp', 'dbt_date')(timestamp)) }}{% endmacro %}
{% macro default__to_unixtimestamp(timestamp) %}{{ dbt_date.date_part('epoch', timestamp) }}{% endmacro %}
{% macro snowflake__to_unixtimestamp(timestamp) %}{{ dbt_date.date_part('epoch_seconds', timestamp) }}{% endmacro %}
{% macro bigquery__to_unixtimestamp(timestamp) %}unix_seconds({{ timestamp }}){% endmacro %}
{% macro spark__to_unixtimestamp(timestamp) %}unix_timestamp({{ timestamp }}){% endmacro %}
{% macro trino__to_unixtimestamp(timestamp) %}to_unixtime({{ timestamp }} at time zone 'UTC'){% endmacro %}
{% macro from_unixtimestamp(epochs, format='seconds') %}{{ return(adapter.dispatch('from_unixtimestamp', 'dbt_date')(epochs, format)) }}{% endmacro %}
{% macro _only_seconds(format) %}{% if format != 'seconds' %}{{ exceptions.raise_compiler_error('`from_unixtimestamp` reads seconds alone on this warehouse, not ' ~ format) }}{% endif %}{% endmacro %}
{% macro default__from_unixtimestamp(epochs, format) %}{{ dbt_date._only_seconds(format) }}to_timestamp({{ epochs }}){% endmacro %}
{% macro postgres__from_unixtimestamp(epochs, format) %}{{ dbt_date._only_seconds(format) }}cast(to_timestamp({{ epochs }}) at time zone 'UTC' as timestamp){% endmacro %}
{% macro duckdb__from_unixtimestamp(epochs, format) %}{{ dbt_date.postgres__from_unixtimestamp(epochs, format) }}{% endmacro %}
{% macro snowflake__from_unixtimestamp(epochs, format) %}to_timestamp_ntz({{ epochs }}, {{ {'seconds': 0, 'milliseconds': 3, 'microseconds': 6, 'nanoseconds': 9}[format] }}){% endmacro %}
{% macro bigquery__from_unixtimestamp(epochs, format) %}timestamp_{{ {'seconds': 'seconds', 'milliseconds': 'millis', 'microseconds': 'micros'}[format] }}({{ epochs }}){% endmacro %}
{% macro trino__from_unixtimestamp(epochs, format) -%}
cast({% if format == 'seconds' %}from_unixtime({{ epochs }}){% else %}from_unixtime_nanos({{ epochs }}{% if format == 'milliseconds' %} * pow(10, 6){% elif format == 'microseconds' %} * pow(10, 3){% endif %}){% endif %} at time zone 'UTC' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{# ---- weeks ---- #}
{% macro iso_week_start(date=none, tz=none) %}{{ return(adapter.dispatch('_iso_week_start', 'dbt_date')(date if date else dbt_date.today(tz), 'isoweek' if target.type == 'bigquery' else 'week')) }}{% endmacro %}
{% macro default___iso_week_start(date, week_type) %}cast({{ dbt.date_trunc(week_type, date) }} as date){% endmacro %}
{% macro iso_week_end(date=none, tz=none) %}{{ dbt_date.n_days_away(6, dbt_date.iso_week_start(date, tz)) }}{% endmacro %}
{% macro iso_week_of_year(date=none, tz=none) -%}
{%- set part = {'snowflake': 'weekiso', 'bigquery': 'isoweek'}.get(target.type, 'week') -%}
cast({{ dbt_date.date_part(part, date if date else dbt_date.today(tz)) }} as {{ dbt.type_int() }})
{%- endmacro %}
{% macro week_of_year(date=none, tz=none) %}{{ return(adapter.dispatch('_week_of_year', 'dbt_date')(date if date else dbt_date.today(tz))) }}{% endmacro %}
{% macro default___week_of_year(date) %}cast({{ dbt_date.date_part('week', date) }} as {{ dbt.type_int() }}){% endmacro %}
{% macro postgres___week_of_year(date) %}cast(to_char({{ date }}, 'WW') as {{ dbt.type_int() }}){% endmacro %}
{% macro duckdb___week_of_year(date) %}cast(ceil(dayofyear({{ date }}) / 7) as int){% endmacro %}
{% macro week_start(date=none, tz=none) %}{{ return(adapter.dispatch('_week_start', 'dbt_date')(date if date else dbt_date.today(tz))) }}{% endmacro %}
{% macro default___week_start(date) %}cast({{ dbt.date_trunc('week', date) }} as date){% endmacro %}
{% macro snowflake___week_start(date) %}cast({{ dbt.dateadd('day', '-1 * (' ~ dbt_date.day_of_week(date, false) ~ ' - 1)', date) }} as date){% endmacro %}
{% macro postgres___week_start(date) %}cast({{ dbt.dateadd('day', -1, dbt.date_trunc('week', dbt.dateadd('day', 1, date))) }} as date){% endmacro %}
{% macro duckdb___week_start(date) %}{{ dbt_date.postgres___week_start(date) }}{% endmacro %}
{% macro week_end(date=none, tz=none) %}{{ return(adapter.dispatch('_week_end', 'dbt_date')(date if date else dbt_date.today(tz))) }}{% endmacro %}
{% macro default___week_end(date) %}cast({{ dbt.dateadd('day', -1, dbt.dateadd('week', 1, dbt.date_trunc('week', date))) }} as date){% endmacro %}
{% macro snowflake___week_end(date) %}{{ dbt_date.n_days_away(6, dbt_date.week_start(date)) }}{% endmacro %}
{% macro postgres___week_end(date) %}{{ dbt_date.n_days_away(6, dbt_date.week_start(date)) }}{% endmacro %}
{% macro duckdb___week_end(date) %}{{ dbt_date.n_days_away(6, dbt_date.week_start(date)) }}{% endmacro %}

{# ---- rows of dates ---- #}
{% macro get_intervals_between(start_date, end_date, datepart) %}{{ return(dbt.get_intervals_between(start_date, end_date, datepart)) }}{% endmacro %}
{% macro generate_series(upper_bound) %}{{ return(dbt.default__generate_series(upper_bound)) }}{% endmacro %}
{% macro date_spine(datepart, start_date, end_date) -%}
{{ dbt._dates_from_numbers(datepart, start_date, end_date, dbt_date.generate_series(dbt._enough_dates()), '(row_number() over (order by 1) - 1)') }}
{%- endmacro %}
{% macro get_base_dates(start_date=none, end_date=none, n_dateparts=none, datepart="day") -%}
{%- if start_date and end_date -%}
{%- set first = "cast('" ~ start_date ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
{%- set last = "cast('" ~ end_date ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
{%- else -%}
{%- set first = dbt.dateadd(datepart, n_dateparts * -1, dbt_date.today()) -%}
{%- set last = dbt_date.tomorrow() -%}
{%- endif -%}
with date_spine as (
    {{ dbt_date.date_spine(datepart, first, last) }}
)
select cast(d.date_{{ datepart }} as {{ dbt.type_timestamp() }}) as date_{{ datepart }}
from date_spine d
{%- endmacro %}
{% macro get_date_dimension(start_date, end_date) -%}
with base_dates as ({{ dbt_date.get_base_dates(start_date, end_date) }}),
dates_with_prior_year_dates as (
    select
        cast(d.date_day as date) as date_day,
        cast({{ dbt.dateadd('year', -1, 'd.date_day') }} as date) as prior_year_date_day,
        cast({{ dbt.dateadd('day', -364, 'd.date_day') }} as date) as prior_year_over_year_date_day
    from base_dates d
)
select
    d.date_day,
    {{ dbt_date.yesterday('d.date_day') }} as prior_date_day,
    {{ dbt_date.tomorrow('d.date_day') }} as next_date_day,
    d.prior_year_date_day as prior_year_date_day,
    d.prior_year_over_year_date_day,
    {{ dbt_date.day_of_week('d.date_day', isoweek=false) }} as day_of_week,
    {{ dbt_date.day_of_week('d.date_day', isoweek=true) }} as day_of_week_iso,
    {{ dbt_date.day_name('d.date_day', short=false) }} as day_of_week_name,
    {{ dbt_date.day_name('d.date_day', short=true) }} as day_of_week_name_short,
    {{ dbt_date.day_of_month('d.date_day') }} as day_of_month,
    {{ dbt_date.day_of_year('d.date_day') }} as day_of_year,
    {{ dbt_date.week_start('d.date_day') }} as week_start_date,
    {{ dbt_date.week_end('d.date_day') }} as week_end_date,
    {{ dbt_date.week_start('d.prior_year_over_year_date_day') }} as prior_year_week_start_date,
    {{ dbt_date.week_end('d.prior_year_over_year_date_day') }} as prior_year_week_end_date,
    {{ dbt_date.week_of_year('d.date_day') }} as week_of_year,
    {{ dbt_date.iso_week_start('d.date_day') }} as iso_week_start_date,
    {{ dbt_date.iso_week_end('d.date_day') }} as iso_week_end_date,
    {{ dbt_date.iso_week_start('d.prior_year_over_year_date_day') }} as prior_year_iso_week_start_date,
    {{ dbt_date.iso_week_end('d.prior_year_over_year_date_day') }} as prior_year_iso_week_end_date,
    {{ dbt_date.iso_week_of_year('d.date_day') }} as iso_week_of_year,
    {{ dbt_date.week_of_year('d.prior_year_over_year_date_day') }} as prior_year_week_of_year,
    {{ dbt_date.iso_week_of_year('d.prior_year_over_year_date_day') }} as prior_year_iso_week_of_year,
    cast({{ dbt_date.date_part('month', 'd.date_day') }} as {{ dbt.type_int() }}) as month_of_year,
    {{ dbt_date.month_name('d.date_day', short=false) }} as month_name,
    {{ dbt_date.month_name('d.date_day', short=true) }} as month_name_short,
    cast({{ dbt.date_trunc('month', 'd.date_day') }} as date) as month_start_date,
    cast({{ dbt.last_day('d.date_day', 'month') }} as date) as month_end_date,
    cast({{ dbt.date_trunc('month', 'd.prior_year_date_day') }} as date) as prior_year_month_start_date,
    cast({{ dbt.last_day('d.prior_year_date_day', 'month') }} as date) as prior_year_month_end_date,
    cast({{ dbt_date.date_part('quarter', 'd.date_day') }} as {{ dbt.type_int() }}) as quarter_of_year,
    cast({{ dbt.date_trunc('quarter', 'd.date_day') }} as date) as quarter_start_date,
    cast({{ dbt.last_day('d.date_day', 'quarter') }} as date) as quarter_end_date,
    cast({{ dbt_date.date_part('year', 'd.date_day') }} as {{ dbt.type_int() }}) as year_number,
    cast({{ dbt.date_trunc('year', 'd.date_day') }} as date) as year_start_date,
    cast({{ dbt.last_day('d.date_day', 'year') }} as date) as year_end_date
from dates_with_prior_year_dates d
order by 1
{%- endmacro %}
