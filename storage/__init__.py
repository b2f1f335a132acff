"""Memory: SQLModel tables and every query, one file per noun. The caller owns the transaction."""
