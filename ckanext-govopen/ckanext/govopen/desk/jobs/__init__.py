"""Jobs that hold leases in PostgreSQL: kill -9 anywhere is one rule for all of them."""
