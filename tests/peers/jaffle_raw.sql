-- Made-up raw tables for fixtures/jaffle: small, equal on every machine.

create schema raw;

create table raw.raw_customers as
select n as customer_id, 'Name_' || n as first_name, 'Person' || n || '@Example.com' as email
from range(1, 101) as numbers(n);

create table raw.raw_orders as
select
    n as order_id,
    cast(1 + (n * 7) % 90 as bigint) as customer_id,
    date '2025-01-01' + cast(n % 30 as integer) as ordered_on,
    ['placed', 'shipped', 'returned', 'test'][1 + n % 4] as status
from range(1, 401) as numbers(n);

create table raw.raw_payments as
select
    n as payment_id,
    cast(1 + (n * 3) % 400 as bigint) as order_id,
    ['card', 'transfer', 'coupon'][1 + n % 3] as method,
    cast(100 + n % 900 as bigint) as amount_cents
from range(1, 601) as numbers(n);
