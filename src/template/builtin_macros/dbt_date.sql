{# What projects use most of dbt_date, for where the package is not installed. #}

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

{% macro date_spine(datepart, start_date, end_date) %}{{ return(dbt.date_spine(datepart, start_date, end_date)) }}{% endmacro %}
{% macro now(tz=none) %}{{ return(dbt.current_timestamp()) }}{% endmacro %}
{% macro today(tz=none) %}cast({{ dbt.current_timestamp() }} as date){% endmacro %}
{% macro tomorrow(date=none, tz=none) %}{{ return(dbt_date.n_days_away(1, date, tz)) }}{% endmacro %}
{% macro yesterday(date=none, tz=none) %}{{ return(dbt_date.n_days_ago(1, date, tz)) }}{% endmacro %}
{% macro n_days_ago(n, date=none, tz=none) -%}
{%- set day = date if date else dbt_date.today(tz) -%}
cast({{ dbt.dateadd('day', -1 * (n | int), day) }} as date)
{%- endmacro %}
{% macro n_days_away(n, date=none, tz=none) %}{{ return(dbt_date.n_days_ago(-1 * (n | int), date, tz)) }}{% endmacro %}
{% macro n_weeks_ago(n, tz=none) %}{{ dbt.dateadd('week', -1 * (n | int), dbt.date_trunc('week', dbt_date.today(tz))) }}{% endmacro %}
{% macro n_months_ago(n, tz=none) %}{{ dbt.dateadd('month', -1 * (n | int), dbt.date_trunc('month', dbt_date.today(tz))) }}{% endmacro %}
{% macro date_part(datepart, date) %}extract({{ datepart }} from {{ date }}){% endmacro %}
{% macro day_of_month(date) %}extract(day from {{ date }}){% endmacro %}
{% macro day_of_year(date) %}extract(doy from {{ date }}){% endmacro %}
{% macro periods_since(date_col, period_name='day', tz=none) %}{{ dbt.datediff(date_col, dbt_date.now(tz), period_name) }}{% endmacro %}
{% macro convert_timezone(column, target_tz=none, source_tz=none) -%}
{%- set target = target_tz if target_tz else var('dbt_date:time_zone', 'UTC') -%}
{%- set origin = source_tz if source_tz else 'UTC' -%}
cast({{ column }} at time zone '{{ origin }}' at time zone '{{ target }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}
