-- Note what was missed, raise what the ladder says, when somebody may be told, and how high.
UPDATE orders_ticketclock SET missed_at = due_at
WHERE state = 'running' AND missed_at IS NULL AND due_at < %(now)s;

INSERT INTO orders_escalation
    (ticket_id, clock_id, rule_id, level, audience, due_at, raised_at, tell_at)
SELECT c.ticket_id, c.id, r.id, r.level, r.audience, c.due_at, %(now)s, %(now)s
FROM orders_escalationrule r
JOIN bench_bounds b ON b.rule_id = r.id
JOIN orders_ticketclock c ON c.measure = r.measure AND c.state = 'running' AND c.due_at <= b.until
JOIN orders_ticket t ON t.id = c.ticket_id
WHERE r.active AND (NOT r.only_major OR t.priority = 'major' OR t.kind = 'complaint')
ON CONFLICT DO NOTHING;

UPDATE orders_ticket SET escalation_level = (
    SELECT max(e.level) FROM orders_escalation e WHERE e.ticket_id = orders_ticket.id
)
WHERE id IN (SELECT ticket_id FROM orders_escalation WHERE raised_at = %(now)s);
