"""What views show, as Altair charts: small inline data, no text of the user's in an expression."""
