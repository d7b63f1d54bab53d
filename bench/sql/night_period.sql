-- One period of one kind for every store, department, person and the company, by hand.
-- {kind} is its kind, {start} its first day, {run} the run. Counts are kept in ten-thousandths.
WITH s AS (
    SELECT store_id, day, gmv, gmv_organic, gmv_ads, orders * 10000 AS orders, sold_amount,
        units * 10000 AS units, costed_amount, cost, first_order_amount,
        new_customers * 10000 AS new_customers, customers_{kind} * 10000 AS customers,
        second_{kind} * 10000 AS second_orders, 0 AS refund_amount, 0 AS refund_units,
        0 AS refund_costed_amount, 0 AS refund_cost
    FROM kpis_salesday WHERE {kind} = '{start}'
    UNION ALL
    SELECT store_id, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, refund_amount, refund_units * 10000,
        refund_costed_amount, refund_cost
    FROM kpis_refundday WHERE {kind} = '{start}'
), of_scope AS (
    SELECT 'store' AS scope_kind, s.store_id AS scope_id, s.* FROM s
    UNION ALL
    SELECT 'department', d.department_id, s.* FROM s JOIN catalog_storedepartment d
        ON d.store_id = s.store_id AND d.from_date <= s.day
        AND (d.to_date IS NULL OR d.to_date > s.day)
    UNION ALL
    SELECT 'person', a.person_id, s.* FROM s JOIN catalog_storeassignment a
        ON a.store_id = s.store_id AND a.duty = 'operation' AND a.from_date <= s.day
        AND (a.to_date IS NULL OR a.to_date > s.day)
    UNION ALL
    SELECT 'company', 0, s.* FROM s
)
INSERT INTO kpis_periodfact (scope_kind, scope_id, period_kind, start, gmv, gmv_organic, gmv_ads,
    orders, sold_amount, units, costed_amount, cost, first_order_amount, new_customers, customers,
    second_orders, refund_amount, refund_units, refund_costed_amount, refund_cost, run_id)
SELECT scope_kind, scope_id, '{kind}', {date}, SUM(gmv), SUM(gmv_organic), SUM(gmv_ads),
    SUM(orders), SUM(sold_amount), SUM(units), SUM(costed_amount), SUM(cost),
    SUM(first_order_amount), SUM(new_customers), SUM(customers), SUM(second_orders),
    SUM(refund_amount), SUM(refund_units), SUM(refund_costed_amount), SUM(refund_cost), {run}
FROM of_scope WHERE true GROUP BY scope_kind, scope_id
ON CONFLICT (scope_kind, scope_id, period_kind, start) DO UPDATE SET
    gmv = EXCLUDED.gmv, gmv_organic = EXCLUDED.gmv_organic, gmv_ads = EXCLUDED.gmv_ads,
    orders = EXCLUDED.orders, sold_amount = EXCLUDED.sold_amount, units = EXCLUDED.units,
    costed_amount = EXCLUDED.costed_amount, cost = EXCLUDED.cost,
    first_order_amount = EXCLUDED.first_order_amount, new_customers = EXCLUDED.new_customers,
    customers = EXCLUDED.customers, second_orders = EXCLUDED.second_orders,
    refund_amount = EXCLUDED.refund_amount, refund_units = EXCLUDED.refund_units,
    refund_costed_amount = EXCLUDED.refund_costed_amount, refund_cost = EXCLUDED.refund_cost,
    run_id = EXCLUDED.run_id
