"""What a reader is shown: tables of equilibria, drawings of games, typeset formulas."""
