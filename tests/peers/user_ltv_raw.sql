-- Made-up raw tables for fixtures/user_ltv: small, equal on every machine, with the faults that real ones have
-- (events delivered twice, visitors without account, failed payments, closed accounts).

create schema raw;

create table raw.users as
select
    id as user_id,
    'User_' || id as handle,
    ['br', 'de', 'fr', 'gb', 'in', 'jp', 'ke', 'mx', 'ng', 'us'][1 + id % 10] as country_code,
    timestamp '2025-01-01' + to_days(cast(id % 200 as integer)) as signed_up_at,
    case when id % 17 = 0 then timestamp '2025-11-01' end as deleted_at
from range(1, 301) as ids(id);

create table raw.events as
with delivered as (
    select
        n,
        'e' || n as event_id,
        cast(case when n % 13 <> 0 then 1 + (n // 4) * 7 % 260 else 0 end as bigint) as user_id,
        ['view', 'post', 'like', 'share'][1 + n % 4] as event_type,
        ['iOS', 'Android', 'Web'][1 + (n // 4) % 3] as platform,
        timestamp '2025-08-01' + to_minutes(cast((n // 4) * 47 % 40000 + (n % 4) * 6 as integer)) as occurred_at
    from range(1, 6001) as numbers(n)
)
select event_id, user_id, event_type, platform, occurred_at, occurred_at + interval 1 minute as loaded_at
from delivered
union all
select event_id, user_id, event_type, platform, occurred_at, occurred_at + interval 9 minutes
from delivered
where n % 29 = 0;

create table raw.follows as
select
    n as follow_id,
    cast(1 + n % 300 as bigint) as follower_id,
    cast(1 + (n * n) % 90 as bigint) as followee_id,
    timestamp '2025-03-01' + to_hours(cast(n as integer)) as followed_at,
    case when n % 5 = 0 then timestamp '2025-10-01' end as unfollowed_at
from range(1, 1201) as numbers(n);

create table raw.payments as
select
    n as payment_id,
    cast(1 + (n * 3) % 180 as bigint) as user_id,
    cast(499 + (n % 4) * 500 as bigint) as amount_cents,
    case when n % 11 = 0 then 'failed' else 'settled' end as status,
    timestamp '2025-02-01' + to_hours(cast(n * 5 as integer)) as paid_at
from range(1, 701) as numbers(n);

create table raw.ad_impressions as
select
    n as impression_id,
    case when n % 7 <> 0 then cast(1 + (n * 5) % 290 as bigint) end as user_id,
    cast(n % 4 as bigint) as revenue_cents,
    timestamp '2025-06-01' + to_minutes(cast(n * 13 as integer)) as shown_at
from range(1, 8001) as numbers(n);
