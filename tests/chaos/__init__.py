"""Everything at once and at random: the promises must hold at the end."""
