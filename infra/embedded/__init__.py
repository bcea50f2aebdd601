"""Real PostgreSQL and Valkey from wheels, under our own supervision: for `./bantin run`, tests and benchmarks."""
