"""compensation: plans, inputs, pay runs, payslips."""
