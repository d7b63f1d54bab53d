-- One day's facts of every store with news, by hand. {news} is a temporary table (store_id, day,
-- week, month, quarter, year) of distinct store-days.
INSERT INTO kpis_salesday (store_id, day, week, month, quarter, year, gmv, gmv_organic, gmv_ads,
    orders, sold_amount, units, costed_amount, cost, first_order_amount, new_customers,
    customers_day, customers_week, customers_month, customers_quarter, customers_year,
    second_day, second_week, second_month, second_quarter, second_year)
SELECT n.store_id, n.day, n.week, n.month, n.quarter, n.year,
    SUM(o.reporting_amount),
    SUM(CASE WHEN o.traffic_source = 'organic' THEN o.reporting_amount ELSE 0 END),
    SUM(CASE WHEN o.traffic_source = 'ad' THEN o.reporting_amount ELSE 0 END),
    COUNT(CASE WHEN o.sold THEN 1 END),
    SUM(CASE WHEN o.sold THEN o.reporting_amount ELSE 0 END),
    SUM(CASE WHEN o.sold THEN o.units ELSE 0 END),
    COALESCE(MAX(l.costed), 0), COALESCE(MAX(l.cost), 0),
    SUM(CASE WHEN o.sold AND o.customer_order_no = 1 THEN o.reporting_amount ELSE 0 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 1 THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no IS NOT NULL AND (o.previous_order_on IS NULL OR o.previous_order_on < n.day) THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no IS NOT NULL AND (o.previous_order_on IS NULL OR o.previous_order_on < n.week) THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no IS NOT NULL AND (o.previous_order_on IS NULL OR o.previous_order_on < n.month) THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no IS NOT NULL AND (o.previous_order_on IS NULL OR o.previous_order_on < n.quarter) THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no IS NOT NULL AND (o.previous_order_on IS NULL OR o.previous_order_on < n.year) THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 2 AND o.previous_order_on >= n.day THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 2 AND o.previous_order_on >= n.week THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 2 AND o.previous_order_on >= n.month THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 2 AND o.previous_order_on >= n.quarter THEN 1 END),
    COUNT(CASE WHEN o.sold AND o.customer_order_no = 2 AND o.previous_order_on >= n.year THEN 1 END)
FROM news n
JOIN (
    SELECT o.*, (o.has_goods AND o.status NOT IN ('cancelled', 'unmapped')) AS sold
    FROM orders_order o
) o ON o.store_id = n.store_id AND o.business_date = n.day
LEFT JOIN (
    SELECT n.store_id, n.day, SUM(l.reporting_amount) AS costed, SUM(l.reporting_cost) AS cost
    FROM news n
    JOIN orders_orderline l ON l.store_id = n.store_id AND l.business_date = n.day
    JOIN orders_order o ON o.id = l.order_id
    WHERE l.kind = 'goods' AND l.reporting_cost IS NOT NULL
      AND o.has_goods AND o.status NOT IN ('cancelled', 'unmapped')
    GROUP BY n.store_id, n.day
) l ON l.store_id = n.store_id AND l.day = n.day
GROUP BY n.store_id, n.day, n.week, n.month, n.quarter, n.year;

INSERT INTO kpis_refundday (store_id, day, week, month, quarter, year, refund_amount, refund_units,
    refund_costed_amount, refund_cost)
SELECT n.store_id, n.day, n.week, n.month, n.quarter, n.year,
    SUM(r.reporting_amount), SUM(r.units), COALESCE(MAX(l.costed), 0), COALESCE(MAX(l.cost), 0)
FROM news n
JOIN orders_return r ON r.store_id = n.store_id AND r.refunded_on = n.day
    AND r.status IN ('refunded', 'closed')
LEFT JOIN (
    SELECT n.store_id, n.day, SUM(l.reporting_amount) AS costed,
        SUM(CASE WHEN l.restock THEN l.reporting_cost ELSE 0 END) AS cost
    FROM news n
    JOIN orders_return r ON r.store_id = n.store_id AND r.refunded_on = n.day
        AND r.status IN ('refunded', 'closed')
    JOIN orders_returnline l ON l.return_case_id = r.id
    WHERE l.kind = 'goods' AND l.reporting_cost IS NOT NULL
    GROUP BY n.store_id, n.day
) l ON l.store_id = n.store_id AND l.day = n.day
GROUP BY n.store_id, n.day, n.week, n.month, n.quarter, n.year
